import TrainingJobs

/// What a member is told to do. Generation and job are the driver's at the time.
public enum MemberCommand: Sendable, Equatable {
    /// `checkpoint` is where to go on from; `nil`: at the beginning. A state that the member still holds of a
    /// step in `startStep...heldLimit` is worth more and stays.
    case prepare(
        MemberAssignment, members: [MemberAssignment], startStep: Int, checkpoint: ContentFile?,
        heldLimit: Int = 0)
    /// Hand in the state that is held in memory, with the results of its segment's steps.
    case handIn
    case extract
    case run(Segment)
    case evaluate(split: DataSplit, checkpoint: ContentFile)
    case export(checkpoint: ContentFile)
    /// Leave the generation, but hold the job's state for a while: the job goes on.
    case standBy
    case release

    /// Whether it ends the member's part in the generation.
    public var endsMembership: Bool { self == .standBy || self == .release }
}

public enum DirectiveLevel: String, Sendable, Equatable { case info, warning, error }

/// What a `JobDriver` asks for. Whoever carries it out first stores the driver's progress.
public enum JobDirective: Sendable, Equatable {
    case command(workerID: String, generation: Int, MemberCommand)
    case log(DirectiveLevel, String)
    /// A peer says that this worker is gone; do not assign it before it has been heard from again.
    case suspect(workerID: String)
}
