/// Which samples of a lane make up its micro-batch of a step: a pure function of the job, so that it is
/// the same on any cluster and after any restart.
///
/// Sample i of the training split belongs to lane i mod L, at place i div L. An epoch shuffles each lane by
/// itself (counter-based, keyed by seed, epoch and lane) and step k of the epoch takes from lane l the places
/// [k·b, (k+1)·b) of that order, b = batch / L. Lanes differ in length by one at most, so only the last step
/// of an epoch can be uneven.
public struct StepSchedule: Sendable, Equatable {
    public let sampleCount: Int
    public let laneCount: Int
    public let microBatchSize: Int

    /// - Precondition: `batch` is a multiple of `laneCount`; job validation guarantees it.
    public init(sampleCount: Int, batch: Int, laneCount: Int) {
        self.sampleCount = sampleCount
        self.laneCount = laneCount
        self.microBatchSize = max(1, batch / laneCount)
    }

    public var stepsPerEpoch: Int {
        let longestLane = (sampleCount + laneCount - 1) / laneCount
        return (longestLane + microBatchSize - 1) / microBatchSize
    }

    public func laneLength(_ lane: Int) -> Int {
        sampleCount / laneCount + (lane < sampleCount % laneCount ? 1 : 0)
    }

    /// Places in the lane's epoch order that step `step` (counted from the job's start) takes; may be empty.
    public func places(step: Int, lane: Int) -> Range<Int> {
        let first = (step % stepsPerEpoch) * microBatchSize
        let length = laneLength(lane)
        return min(first, length)..<min(first + microBatchSize, length)
    }

    /// Samples in the global batch of `step`, over all lanes.
    public func globalBatchCount(step: Int) -> Int {
        (0..<laneCount).reduce(0) { $0 + places(step: step, lane: $1).count }
    }

    public func epoch(ofStep step: Int) -> Int { step / stepsPerEpoch }
}
