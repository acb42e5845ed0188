import TrainingJobs

/// A job that has workers.
public struct RunningJob: Sendable, Equatable {
    public var jobID: String
    public var submitter: String
    public var priority: Int
    /// When it was submitted, in any unit: older jobs of a submitter come first.
    public var submittedAt: Int
    /// For how long it waited before it got its workers, for as long as it has had them for less than a time
    /// slice; then 0. A turn that a job has waited for is not taken from it at once.
    public var waitedSeconds: Double
    public var range: WorkerRange
    public var laneCount: Int
    public var kernelFamily: String
    public var excludedWorkerIDs: Set<String>
    /// By rank.
    public var memberIDs: [String]

    public init(
        jobID: String, submitter: String = "", priority: Int = 0, submittedAt: Int = 0,
        waitedSeconds: Double = 0, range: WorkerRange, laneCount: Int, kernelFamily: String,
        excludedWorkerIDs: Set<String> = [], memberIDs: [String]
    ) {
        self.jobID = jobID
        self.submitter = submitter
        self.priority = priority
        self.submittedAt = submittedAt
        self.waitedSeconds = waitedSeconds
        self.range = range
        self.laneCount = laneCount
        self.kernelFamily = kernelFamily
        self.excludedWorkerIDs = excludedWorkerIDs
        self.memberIDs = memberIDs
    }
}

/// Members that a job gives up at a segment's end, because others have a better claim to them.
public struct Concession: Sendable, Equatable {
    /// Seconds of its segments that a generation runs before it gives up all of its workers to a job that is
    /// no more urgent: two jobs that both need more than there is take turns of this length.
    public static let timeSlice = 60.0

    public var workerIDs: Set<String>
    /// Who gets them, for people.
    public var reason: String
    /// `nil`: a generation need run no longer than before a growth.
    public var minimumSeconds: Double?

    public init(workerIDs: Set<String>, reason: String, minimumSeconds: Double? = nil) {
        self.workerIDs = workerIDs
        self.reason = reason
        self.minimumSeconds = minimumSeconds
    }
}
