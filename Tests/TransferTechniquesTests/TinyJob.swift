import DifferentiableTensors
import NeuralLayers
import PretrainedBackbones
import TaskHeads
import TensorKernels
import TrainingJobs

@testable import TransferTechniques

/// A job over a BERT with two layers of 32 columns and random texts, whose label is whether one of two tokens
/// occurs: small, and learnable.
struct TinyJob {
    var specification: JobSpecification
    let sequences: [[Int32]]
    let labels: [Int]
    /// Samples of each task, the first ones of all; empty: there is one task, with all of them.
    var taskSizes: [Int] = []

    static let laneCount = 4
    static let classCount = 3

    init(
        _ kind: TechniqueKind, frozenLayers: FrozenLayers? = nil, head: HeadKind = .linear,
        pooling: PoolingKind = .mean,
        dropout: Float = 0.1, samples: Int = 46,
        optimizer: OptimizerSpecification = .init(learningRate: 0.01),
        epochs: Int = 3
    ) {
        specification = JobSpecification(
            name: "tiny", seed: 7, backbone: BackboneSpecification(folder: "unused", maximumLength: 20),
            technique: TechniqueSpecification(
                kind: kind, frozenLayers: frozenLayers, head: head, pooling: pooling, dropout: dropout),
            tasks: [],
            training: TrainingSpecification(
                epochs: epochs, batch: 16, microBatches: Self.laneCount, optimizer: optimizer))
        var generator = SplitMix64(state: 99)
        var sequences: [[Int32]] = []
        var labels: [Int] = []
        for _ in 0..<samples {
            let label = Int(generator.next(below: 3))
            let length = 1 + Int(generator.next(below: 14))
            let filler = (0..<length).map { _ in Int32(10 + generator.next(below: 30)) }
            sequences.append([2] + (label == 0 ? [] : [Int32(4 + label)]) + filler + [3])
            labels.append(label)
        }
        self.sequences = sequences
        self.labels = labels
    }

    /// A new program, alike every time.
    func program() -> any TrainingProgram {
        let configuration = BertConfiguration(
            vocabularySize: 40, hiddenSize: 32, layerCount: 2, headCount: 4, intermediateSize: 48,
            maximumLength: 20, initializerRange: 0.2)
        let technique = specification.technique
        let encoder = BertEncoder.random(configuration, seed: 1, dropout: technique.dropout)
        let loss = ClassificationLoss(
            labelSmoothing: specification.training.labelSmoothing ?? 0,
            classWeights: specification.training.classWeights == nil ? nil : [0.5, 1, 2])
        guard !taskSizes.isEmpty else { return program(encoder, head(""), loss) }
        let members = taskSizes.indices.map { task in
            MultiTaskTraining.Member(
                name: "task-\(task)", labels: ["a", "b", "c"],
                program: program(encoder, head("tasks.task-\(task)."), loss), weight: 1 + Float(task))
        }
        return MultiTaskTraining(
            first: members[0], others: Array(members.dropFirst()),
            weighting: specification.multiTask?.weighting ?? .fixed)
    }

    private func head(_ namePrefix: String) -> ClassificationHead {
        let technique = specification.technique
        let head = ClassificationHead(
            pooling: technique.pooling == .mean ? .mean : .cls, kind: technique.head == .mlp ? .mlp : .linear,
            hiddenSize: 32, labelCount: Self.classCount, dropout: technique.dropout, namePrefix: namePrefix)
        head.initialize(seed: specification.seed)
        return head
    }

    private func program(
        _ encoder: BertEncoder, _ head: ClassificationHead, _ loss: ClassificationLoss
    ) -> any TrainingProgram {
        switch specification.technique.kind {
        case .featureExtraction:
            FeatureExtraction(encoder: encoder, head: head, maximumLength: 20, loss: loss)
        case .fineTuning:
            fineTuning(encoder, head, loss)
        case .fromScratch, .pretraining:
            FineTuning(encoder: encoder, head: head, cut: nil, maximumLength: 20, loss: loss)
        }
    }

    private func fineTuning(
        _ encoder: BertEncoder, _ head: ClassificationHead, _ loss: ClassificationLoss
    ) -> FineTuning {
        let technique = specification.technique
        if let cut = cut(technique.frozenLayers ?? 0) { encoder.freeze(belowCut: cut) }
        if let lora = technique.lora {
            encoder.setTrainable(false)
            for projection in encoder.projections
            where lora.targets.contains(where: { projection.path.hasSuffix($0) }) {
                let adapter = LowRankAdapter(
                    projection.path, inputs: projection.inputCount, outputs: projection.outputCount,
                    rank: lora.rank, alpha: lora.alpha, dropout: lora.dropout)
                adapter.initialize(key: RandomKey(seed: specification.seed))
                projection.adapter = adapter
            }
        }
        for pattern in (technique.freeze ?? []).map(ParameterPattern.init) {
            for parameter in encoder.parameters where pattern.matches(parameter.name) {
                parameter.isTrainable = false
            }
        }
        return FineTuning(encoder: encoder, head: head, maximumLength: 20, loss: loss)
    }

    private func cut(_ frozenLayers: FrozenLayers) -> Int? {
        if case .first(let count) = frozenLayers { count } else { nil }
    }

    func session(_ program: any TrainingProgram, lanes: [Int]) -> TrainingSession {
        TrainingSession(
            program: program, specification: specification,
            trainCount: taskSizes.isEmpty ? labels.count : taskSizes.reduce(0, +),
            laneCount: Self.laneCount, ownedLanes: lanes, taskCounts: taskSizes)
    }

    /// Samples of a lane: sample i is in lane i mod the number of lanes.
    func sample(lane: Int, position: Int) -> Int { lane + position * Self.laneCount }
}

/// Feeds a tiny job; every split is the same samples, but that the target domain says everything backwards and has
/// no labels.
final class TinySource: MicroBatchSource {
    enum Features { case cached, recomputed }

    private let job: TinyJob
    private let program: any TrainingProgram
    private let task: Int
    private var cache: [DataSplit: [Tensor]] = [:]

    init(_ job: TinyJob, _ program: any TrainingProgram, _ features: Features = .cached, task: Int = 0) throws
    {
        self.job = job
        self.task = task
        self.program = program
        if features == .cached, program.frozenPart != nil {
            for split in [DataSplit.train, .target] {
                cache[split] = try program.extractFeatures(
                    job.labels.indices.map { Self.input(job, split, $0) })
            }
        }
    }

    /// Of another task's labels, since its texts are the same.
    func ofTask(_ index: Int) -> any MicroBatchSource {
        (try? TinySource(job, program, .recomputed, task: index)) ?? self
    }

    func laneCount(split: DataSplit, lane: Int) -> Int {
        let count = job.taskSizes.isEmpty ? job.labels.count : job.taskSizes[task]
        return StepSchedule(sampleCount: count, batch: 16, laneCount: TinyJob.laneCount).laneLength(lane)
    }

    func microBatch(split: DataSplit, lane: Int, positions: [Int], epoch: Int?) throws -> MicroBatch {
        let samples = positions.map { job.sample(lane: lane, position: $0) }
        let labels = samples.map { split == .target ? 0 : (job.labels[$0] + task) % 3 }
        let inputs = samples.map { Self.input(job, split, $0) }
        guard program.frozenPart != nil else { return MicroBatch(input: .samples(inputs), labels: labels) }
        let cached = cache[split == .target ? .target : .train]
        let features =
            try cached.map { cached in samples.map { cached[$0] } } ?? program.extractFeatures(inputs)
        return MicroBatch(
            input: .features(
                .concatenatingRows(features), SequenceLayout(lengths: features.map { $0.shape[0] })),
            labels: labels)
    }

    private static func input(_ job: TinyJob, _ split: DataSplit, _ sample: Int) -> SampleInput {
        .tokens(split == .target ? job.sequences[sample].reversed() : job.sequences[sample])
    }
}

/// Several workers in one process: each a session over its own program, summed without any network.
final class TinyCluster {
    let job: TinyJob
    let sessions: [TrainingSession]
    private let sources: [TinySource]
    private(set) var losses: [Int64] = []
    private(set) var alignments: [AlignmentSums] = []

    init(_ job: TinyJob, lanes: [[Int]], features: TinySource.Features = .cached) throws {
        self.job = job
        let programs = try lanes.map { _ in
            try TechniqueCatalog.adapted(job.program(), for: job.specification)
        }
        sessions = zip(programs, lanes).map { job.session($0, lanes: $1) }
        sources = try programs.map { try TinySource(job, $0, features) }
    }

    /// Runs steps up to `end`; `nil`: all of the job's.
    func run(to end: Int? = nil) throws {
        while sessions[0].step < end ?? sessions[0].totalSteps {
            for (session, source) in zip(sessions, sources) {
                for lane in session.lanesOfStep { try session.accumulate(lane: lane, from: source) }
                try session.finishAccumulation()
            }
            try reduce()
            let outcomes = try sessions.map { try $0.finishStep() }
            guard outcomes.allSatisfy({ $0 == outcomes[0] }) else { throw Disagreement() }
            if case .updated(let summary) = outcomes[0] {
                losses.append(summary.lossFixed)
                if let alignment = summary.alignment { alignments.append(alignment) }
            }
        }
    }

    struct Disagreement: Error {}

    private func reduce() throws {
        let first = sessions[0].gradients
        for part in sessions[0].exchangedParts {
            for other in sessions.dropFirst() {
                let sums = try bytes(part.count * first.sumBytes(in: part)) {
                    try other.gradients.copySums(part, into: &$0)
                }
                try first.accumulate(sums.span.bytes, range: part)
            }
            try first.finish(part)
            let results = try bytes(part.count * first.resultBytes(in: part)) {
                try first.copyResults(part, into: &$0)
            }
            for other in sessions.dropFirst() {
                try other.gradients.storeResults(results.span.bytes, range: part)
            }
        }
    }

    private func bytes(_ count: Int, _ write: (inout MutableRawSpan) throws -> Void) rethrows -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var target = span.mutableBytes
        try write(&target)
        return bytes
    }

    /// The bits of what a worker evaluates and exports.
    func averagedBits(rank: Int = 0) -> [[UInt8]] {
        sessions[rank].withAveragedWeights { bits(rank: rank) }
    }

    /// The bits of every trained parameter of a worker.
    func bits(rank: Int = 0) -> [[UInt8]] {
        sessions[rank].program.trainableParameters.map(\.value.littleEndianBytes)
    }
}
