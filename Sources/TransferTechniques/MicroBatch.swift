import DifferentiableTensors
import TensorKernels
import TrainingJobs

/// Samples of one lane that go through the trained part together.
public struct MicroBatch {
    /// What the trained part starts from.
    public enum Input {
        /// The samples themselves, where nothing is frozen.
        case samples([SampleInput])
        /// Features at the frozen cut: the samples' rows one below the other, and how many each has.
        case features(Tensor, SequenceLayout)
    }

    public let input: Input
    /// Class of every sample.
    public let labels: [Int]
    /// Index in the job file of the task whose samples these are.
    public var task: Int

    public init(input: Input, labels: [Int], task: Int = 0) {
        self.input = input
        self.labels = labels
        self.task = task
    }

    /// Number of samples.
    public var count: Int { labels.count }

    /// These samples and others behind them, to go through the trained part together.
    ///
    /// - Throws: `TechniqueError` `.badMicroBatch` where one has samples and the other features.
    func joined(with other: MicroBatch) throws -> MicroBatch {
        let input: Input
        switch (self.input, other.input) {
        case (.samples(let first), .samples(let second)): input = .samples(first + second)
        case (.features(let first, let layout), .features(let second, let otherLayout)):
            input = .features(
                Tensor.concatenatingRows([first, second]),
                SequenceLayout(lengths: layout.lengths + otherLayout.lengths))
        default:
            throw TechniqueError(
                .badMicroBatch, "one domain's micro-batch holds samples, the other's features")
        }
        return MicroBatch(input: input, labels: labels + other.labels)
    }
}

/// Predictions for a micro-batch and how far they are off.
public struct MicroBatchEvaluation: Sendable, Equatable {
    /// Row-major: samples × classes.
    public let logits: [Float]
    /// Class with the largest logit; the first of equals.
    public let predictions: [Int]
    /// Cross-entropy of every sample.
    public let losses: [Float]

    public init(logits: [Float], predictions: [Int], losses: [Float]) {
        self.logits = logits
        self.predictions = predictions
        self.losses = losses
    }

    /// - Parameter logits: samples × classes.
    init(logits: Tensor, labels: [Int]) {
        let scalars = logits.scalars
        let classCount = logits.columnCount
        let predictions = labels.indices.map { sample in
            let row = scalars[sample * classCount..<(sample + 1) * classCount]
            return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
        }
        self.init(
            logits: scalars, predictions: predictions, losses: crossEntropies(logits, labels: labels))
    }
}

/// Where micro-batches come from: cached features, tokens, or anything else that is the same every time.
public protocol MicroBatchSource: AnyObject {
    /// - Parameters:
    ///   - positions: places of the wanted samples in their lane, in the order wanted.
    ///   - epoch: of training, which decides how samples are augmented; `nil`: as they are.
    func microBatch(split: DataSplit, lane: Int, positions: [Int], epoch: Int?) throws -> MicroBatch

    /// Samples of a lane.
    func laneCount(split: DataSplit, lane: Int) -> Int

    /// The samples of another task of the job, by its index in the job file.
    func ofTask(_ index: Int) -> any MicroBatchSource
}

extension MicroBatchSource {
    /// Itself: of a job with one task.
    public func ofTask(_ index: Int) -> any MicroBatchSource { self }
}
