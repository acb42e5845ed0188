/// Asks a job to let go of its workers and to keep its progress.
public struct PauseJob: Sendable, Equatable, WireMessage {
    public var jobID: String

    public init(jobID: String = "") {
        self.jobID = jobID
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
    }
}

/// Asks for a paused job to be queued again.
public struct ResumeJob: Sendable, Equatable, WireMessage {
    public var jobID: String

    public init(jobID: String = "") {
        self.jobID = jobID
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
    }
}

/// Asks for a failed or cancelled job to go on from its last checkpoint.
public struct RetryJob: Sendable, Equatable, WireMessage {
    public var jobID: String

    public init(jobID: String = "") {
        self.jobID = jobID
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
    }
}
