import TrainingJobs

@testable import JobScheduling

/// What an honest worker would answer to a command. Its counts depend on step, lane and sample only, so that
/// their sum is the same however lanes are shared out, as the real ones are.
struct SimulatedMember {
    let plan: DatasetPlan
    /// Part of the samples that are predicted right after this many steps.
    var skill: @Sendable (Int) -> Double = { 0.5 + 0.02 * Double($0) }
    private(set) var lanes: [Int] = []
    private(set) var rank = 0

    init(plan: DatasetPlan, skill: (@Sendable (Int) -> Double)? = nil) {
        self.plan = plan
        if let skill { self.skill = skill }
    }

    mutating func answer(_ command: MemberCommand) -> MemberReport? {
        switch command {
        case .prepare(let own, _, _, _):
            lanes = own.lanes
            rank = own.rank
            return .prepared(faults: [], failure: nil, parameters: 1000, trainableParameters: 10)
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
        case .release:
            return nil
        }
    }

    private func run(_ segment: Segment) -> SegmentResult {
        var steps: [StepResult] = []
        if rank == 0 {
            steps = (segment.firstStep..<segment.endStep).map {
                StepResult(
                    step: $0, lossFixed: Int64(20 * (1 << 30)) / Int64($0 + 1), samples: 20,
                    learningRate: 0.01,
                    gradientNorm: 1)
            }
        }
        return SegmentResult(
            segment: segment.number, endStep: segment.endStep, steps: steps,
            counts: segment.evaluates ? counts(.validation, step: segment.endStep) : [],
            checkpoint: rank == 0 ? Self.checkpoint(at: segment.endStep) : nil,
            timing: SegmentTiming(compute: 1, exchange: 0.5, evaluate: 0.25, checkpoint: 0.25, total: 2))
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
