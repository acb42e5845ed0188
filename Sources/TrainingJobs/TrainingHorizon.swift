/// How far a job trains: its steps in all, and how many of them make up an epoch.
///
/// The one place where epochs become steps: segments end, learning rates fall and reports count by it, so that
/// coordinator and workers cannot disagree.
public struct TrainingHorizon: Sendable, Equatable {
    /// Which samples each step takes.
    public let schedule: StepSchedule
    /// Steps of the whole job; early stopping may end it before. The learning rate's schedule ends here.
    public let totalSteps: Int
    /// Steps between evaluations.
    public let evaluationInterval: Int

    /// - Parameters:
    ///   - trainCount: samples of the training split over all lanes.
    ///   - laneCount: lanes of the job; fewer than 1 count as 1.
    public init(training: TrainingSpecification, trainCount: Int, laneCount: Int) {
        schedule = StepSchedule(sampleCount: trainCount, batch: training.batch, laneCount: max(1, laneCount))
        let stepsPerEpoch = max(1, schedule.stepsPerEpoch)
        // `JobRules` keeps the product far below; a value that came past them must not trap.
        let (steps, overflow) = (training.epochs ?? 1).multipliedReportingOverflow(by: stepsPerEpoch)
        totalSteps = max(0, training.steps ?? (overflow ? Int.max : steps))
        evaluationInterval = max(1, training.evaluateEvery ?? stepsPerEpoch)
    }

    public init(specification: JobSpecification, plan: DatasetPlan) {
        self.init(
            training: specification.training, trainCount: plan.trainCount,
            laneCount: plan.laneCount)
    }

    /// At least 1, also where there are no samples.
    public var stepsPerEpoch: Int { max(1, schedule.stepsPerEpoch) }

    /// The epoch, from 0, that the last step of a segment ending at `endStep` belongs to.
    public func epoch(ofSegmentEndingAt endStep: Int) -> Int { max(0, endStep - 1) / stepsPerEpoch }
}
