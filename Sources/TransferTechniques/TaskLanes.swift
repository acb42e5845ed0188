import TrainingJobs

/// What each lane does in a step of a job with several tasks: whose samples it takes, and which.
struct TaskLanes {
    private struct Place: Hashable {
        let task: Int
        let lane: Int
    }

    private var schedule: TaskSchedule
    private let seed: UInt64
    private var orders: [Place: RepeatedShuffle] = [:]

    /// - Parameter steps: says how many samples a lane takes in a step.
    init(
        _ specification: JobSpecification, taskCounts: [Int], laneCount: Int, _ steps: StepSchedule
    ) {
        seed = specification.seed
        schedule = TaskSchedule(
            sampleCounts: taskCounts, laneCount: laneCount, microBatchSize: steps.microBatchSize,
            specification: specification.multiTask ?? MultiTaskSpecification(), seed: specification.seed)
    }

    mutating func hasWork(step: Int, lane: Int) -> Bool { schedule.slots(step: step)[lane] != nil }

    mutating func globalBatchCount(step: Int) -> Int { schedule.globalBatchCount(step: step) }

    /// - Returns: `nil` for a lane without work.
    mutating func batch(step: Int, lane: Int, from source: any MicroBatchSource) throws -> MicroBatch? {
        guard let slot = schedule.slots(step: step)[lane] else { return nil }
        let samples = source.ofTask(slot.task)
        let count = samples.laneCount(split: .train, lane: lane)
        let place = Place(task: slot.task, lane: lane)
        var order =
            orders[place]
            ?? RepeatedShuffle(seed: seed, purpose: .task(slot.task), lane: lane, count: count)
        let positions = order.positions(from: slot.first, length: slot.count)
        orders[place] = order
        var batch = try samples.microBatch(
            split: .train, lane: lane, positions: positions, epoch: slot.first / max(1, count))
        batch.task = slot.task
        return batch
    }
}
