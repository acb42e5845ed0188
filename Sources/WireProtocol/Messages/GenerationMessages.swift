/// Forget the job: it has ended, was cancelled, or goes on in another generation without this worker.
public struct ReleaseJob: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    /// The generation alone has ended: keep the job's state for a while.
    public var hold: Bool

    public init(jobID: String = "", generation: Int = 0, hold: Bool = false) {
        self.jobID = jobID
        self.generation = generation
        self.hold = hold
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("hold", &hold)
    }
}

/// A worker cannot go on with the job. `lost_worker_id` names a peer when that is why; the coordinator then
/// starts the next generation, otherwise the job fails.
public struct JobFailed: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var workerID: String
    public var failure: Failure?
    public var lostWorkerID: String

    public init(
        jobID: String = "", generation: Int = 0, workerID: String = "", failure: Failure? = nil,
        lostWorkerID: String = ""
    ) {
        self.jobID = jobID
        self.generation = generation
        self.workerID = workerID
        self.failure = failure
        self.lostWorkerID = lostWorkerID
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("worker_id", &workerID)
        visitor.field("failure", &failure)
        visitor.field("lost_worker_id", &lostWorkerID)
    }
}

/// A line for the job's log.
public struct WorkerLog: Sendable, Equatable, WireMessage {
    public var workerID: String
    public var jobID: String
    public var level: String
    public var message: String

    public init(workerID: String = "", jobID: String = "", level: String = "", message: String = "") {
        self.workerID = workerID
        self.jobID = jobID
        self.level = level
        self.message = message
    }

    init() { self.init(workerID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("worker_id", &workerID)
        visitor.field("job_id", &jobID)
        visitor.field("level", &level)
        visitor.field("message", &message)
    }
}
