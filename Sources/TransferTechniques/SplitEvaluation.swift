import TrainingJobs

/// Counts over the lanes that one worker owns.
public struct LaneEvaluation: Sendable, Equatable {
    /// Samples seen.
    public var samples = 0
    /// Row-major, true class by predicted class.
    public var confusion: [Int]
    /// Sum of losses in units of 2^-32.
    public var lossFixed: Int64 = 0

    public init(classCount: Int) { confusion = Array(repeating: 0, count: classCount * classCount) }
}

/// Evaluates a split lane by lane, in chunks that belong to the job and not to the cluster: a sample's logits
/// come out of the same product of matrices on any number of workers.
public enum SplitEvaluation {
    /// Samples of a chunk.
    public static let chunkSize = 32

    /// - Parameters:
    ///   - task: index in the job file.
    ///   - progress: called after every chunk with the samples so far; throws to stop.
    public static func run(
        _ program: any TrainingProgram, task: Int = 0, split: DataSplit, lanes: [Int],
        source: any MicroBatchSource, progress: (Int) throws -> Void = { _ in }
    ) throws -> LaneEvaluation {
        let classCount = program.classCounts[task]
        let source = source.ofTask(task)
        var result = LaneEvaluation(classCount: classCount)
        for lane in lanes.sorted() {
            let count = source.laneCount(split: split, lane: lane)
            for first in stride(from: 0, to: count, by: chunkSize) {
                let positions = Array(first..<min(first + chunkSize, count))
                var batch = try source.microBatch(split: split, lane: lane, positions: positions, epoch: nil)
                batch.task = task
                let evaluation = try program.evaluate(batch)
                for (index, label) in batch.labels.enumerated() {
                    result.confusion[label * classCount + evaluation.predictions[index]] += 1
                    result.lossFixed += FixedPointLoss.sampleUnits(evaluation.losses[index])
                }
                result.samples += batch.count
                try progress(result.samples)
            }
        }
        return result
    }
}
