import TrainingJobs

@testable import JobScheduling

/// What an honest worker would answer to a command. Its counts depend on step, lane and sample only, so that
/// their sum is the same however lanes are shared out, as the real ones are.
struct SimulatedMember {
    let plan: DatasetPlan
    /// Part of the samples that are predicted right after this many steps.
    var skill: @Sendable (Int) -> Double = { 0.5 + 0.02 * Double($0) }
    /// What a micro-batch takes here; 0: the member does not tell.
    var secondsPerMicroBatch = 0.0
    private(set) var lanes: [Int] = []
    private(set) var rank = 0
    /// The state: steps that were applied, in their order.
    private(set) var applied: [Int] = []
    /// Whether checkpoints come by themselves, as they do from real workers, or with the segment's report.
    var uploadsLater = false
    /// A checkpoint that is yet to be reported.
    private(set) var upload: MemberReport?
    private var isHolding = false
    /// Steps whose results this process has seen since the last checkpoint.
    private var recorded: [Int] = []
    /// Steps that it ran or runs again, over all generations.
    private(set) var stepsRun = 0

    init(plan: DatasetPlan, skill: (@Sendable (Int) -> Double)? = nil) {
        self.plan = plan
        if let skill { self.skill = skill }
    }

    mutating func answer(_ command: MemberCommand) -> MemberReport? {
        switch command {
        case .prepare(let own, _, let startStep, let checkpoint, let heldLimit):
            lanes = own.lanes
            rank = own.rank
            let isUsable =
                (startStep...max(startStep, heldLimit)).contains(applied.count)
                && Set(startStep..<applied.count).isSubset(of: recorded)
            if !isHolding || !isUsable {
                restore(checkpoint)
            }
            isHolding = true
            return .prepared(
                faults: [], failure: nil, parameters: 1000, trainableParameters: 10, heldStep: applied.count)
        case .handIn:
            return .handedIn(HeldState(step: applied.count, checkpoint: state, steps: results(from: 0)))
        case .extract:
            return .extracted(
                JobReport.Extraction(
                    samples: 10 * lanes.count, cacheHits: lanes.count, backboneForwards: 9 * lanes.count,
                    tokens: 90 * lanes.count, seconds: 1 + Double(rank), bytes: 400 * lanes.count))
        case .run(let segment):
            return .segmentDone(run(segment))
        case .evaluate(let split, let checkpoint):
            let step = Int(checkpoint.sha256.dropFirst(4)) ?? 0
            return .evaluated(split: split, counts: counts(split, step: step), seconds: 0.1)
        case .export(let checkpoint):
            return .exported([
                ContentFile(path: "model.safetensors", sha256: "model-of-" + checkpoint.sha256, size: 10)
            ])
        case .standBy:
            return nil
        case .release:
            isHolding = false
            return nil
        }
    }

    private mutating func run(_ segment: Segment) -> SegmentResult {
        if applied.count != segment.resumeStep { restore(segment.state) }
        while applied.count < segment.endStep { step() }
        if rank == 0, uploadsLater { upload = .checkpointStored(step: applied.count, state) }
        let microBatches = secondsPerMicroBatch > 0 ? lanes.count * (segment.endStep - segment.resumeStep) : 0
        return SegmentResult(
            segment: segment.number, endStep: segment.endStep,
            steps: rank == 0 ? results(from: segment.firstStep) : [],
            counts: segment.evaluates ? counts(.validation, step: segment.endStep) : [],
            checkpoint: rank == 0 && !uploadsLater ? state : nil,
            timing: SegmentTiming(
                compute: 1, exchange: 0.5, evaluate: 0.25, checkpoint: 0.25, total: 2,
                lanes: Double(microBatches) * secondsPerMicroBatch, microBatches: microBatches))
    }

    mutating func takeUpload() -> MemberReport? {
        defer { upload = nil }
        return upload
    }

    private mutating func step() {
        recorded.append(applied.count)
        applied.append(applied.count)
        stepsRun += 1
    }

    private mutating func restore(_ checkpoint: ContentFile?) {
        applied = checkpoint.map { Array(0..<(Int($0.sha256.dropFirst(4)) ?? 0)) } ?? []
        recorded = []
    }

    private func results(from first: Int) -> [StepResult] {
        recorded.filter { $0 >= first }.map {
            StepResult(
                step: $0, lossFixed: Int64(20 * (1 << 30)) / Int64($0 + 1), samples: 20, learningRate: 0.01,
                gradientNorm: 1)
        }
    }

    /// Where it stood when its generation ended: it had run no further than this.
    mutating func interrupt(at step: Int) {
        guard step < applied.count else { return }
        stepsRun -= applied.count - step
        applied.removeLast(applied.count - step)
        recorded.removeAll { $0 >= step }
    }

    /// The present state as a file; its hash shows every step that it contains.
    private var state: ContentFile {
        let isWhole = applied == Array(0..<applied.count)
        return isWhole
            ? Self.checkpoint(at: applied.count)
            : ContentFile(path: "checkpoint.safetensors", sha256: "steps\(applied)", size: 100)
    }

    static func checkpoint(at step: Int) -> ContentFile {
        ContentFile(path: "checkpoint.safetensors", sha256: "step\(step)", size: 100)
    }

    func counts(_ split: DataSplit, step: Int) -> [TaskCounts] {
        plan.tasks.enumerated().map { index, task in
            var counts = TaskCounts(
                task: index, samples: 0,
                confusion: [Int](repeating: 0, count: task.labels.count * task.labels.count),
                lossFixed: 0)
            let classes = task.labels.count
            for lane in lanes {
                for sample in stride(from: lane, to: task.count(of: split), by: plan.laneCount) {
                    let label = sample % classes
                    let isRight = Double(sample * 37 % 100) < 100 * skill(step)
                    let predicted = isRight ? label : (label + 1) % classes
                    counts.samples += 1
                    counts.confusion[label * classes + predicted] += 1
                    counts.lossFixed += isRight ? 1 << 30 : 1 << 33
                }
            }
            return counts
        }
    }
}
