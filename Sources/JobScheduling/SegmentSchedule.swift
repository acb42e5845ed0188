import TrainingJobs

/// Steps that the members run in one go, with what is asked for at the end.
public struct Segment: Sendable, Equatable {
    /// Counts up within a generation.
    public var number: Int
    public var firstStep: Int
    /// One past the last step.
    public var endStep: Int
    /// Whether the validation split is evaluated at `endStep`.
    public var evaluates: Bool
    /// The first step to run: `firstStep`, or a later one where steps of the segment are held already.
    public var resumeStep: Int
    /// The state at `resumeStep`, for members that do not stand there; `nil` where all do.
    public var state: ContentFile?

    public init(
        number: Int, firstStep: Int, endStep: Int, evaluates: Bool, resumeStep: Int? = nil,
        state: ContentFile? = nil
    ) {
        self.number = number
        self.firstStep = firstStep
        self.endStep = endStep
        self.evaluates = evaluates
        self.resumeStep = resumeStep ?? firstStep
        self.state = state
    }
}

/// Where a job's segments end: a pure function of the job and its data.
///
/// Evaluations stand at every multiple of the evaluation interval and at the last step, whatever happened
/// before, so that a job that was interrupted evaluates at the same steps as one that was not.
public struct SegmentSchedule: Sendable, Equatable {
    public let totalSteps: Int
    /// Steps between evaluations.
    public let interval: Int
    public let hasValidation: Bool
    /// A segment is never longer, to bound what is lost with a worker.
    public let maximumLength: Int

    public init(totalSteps: Int, interval: Int, hasValidation: Bool, maximumLength: Int = 256) {
        self.totalSteps = max(0, totalSteps)
        self.interval = max(1, interval)
        self.hasValidation = hasValidation
        self.maximumLength = max(1, maximumLength)
    }

    public init(specification: JobSpecification, plan: DatasetPlan) {
        let horizon = TrainingHorizon(specification: specification, plan: plan)
        self.init(
            totalSteps: horizon.totalSteps, interval: horizon.evaluationInterval,
            hasValidation: plan.tasks.contains { $0.validationCount > 0 })
    }

    /// The segment that starts at `step`; `nil` once all steps are run.
    public func segment(from step: Int, number: Int) -> Segment? {
        guard step < totalSteps else { return nil }
        let left = totalSteps - step
        let evaluation = step + min(left, interval - step % interval)
        let end = min(evaluation, step + min(left, maximumLength))
        return Segment(
            number: number, firstStep: step, endStep: end, evaluates: hasValidation && end == evaluation)
    }
}
