/// Asks for the lines of a job's log after one.
public struct GetJobLog: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var afterSequence: Int
    public var limit: Int

    public init(jobID: String = "", afterSequence: Int = 0, limit: Int = 0) {
        self.jobID = jobID
        self.afterSequence = afterSequence
        self.limit = limit
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("after_sequence", &afterSequence)
        visitor.field("limit", &limit)
    }
}

/// Lines of a job's log.
public struct JobLog: Sendable, Equatable, WireMessage {
    public var lines: [LogLine]
    /// The job has ended and these are its last lines.
    public var finished: Bool

    public init(lines: [LogLine] = [], finished: Bool = false) {
        self.lines = lines
        self.finished = finished
    }

    init() { self.init(lines: []) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("lines", &lines)
        visitor.field("finished", &finished)
    }
}

/// One line of a job's log.
public struct LogLine: Sendable, Equatable, WireMessage {
    public var sequence: Int
    public var timeMilliseconds: Int
    public var level: String
    /// Coordinator, or the worker's name.
    public var source: String
    public var message: String

    public init(
        sequence: Int = 0, timeMilliseconds: Int = 0, level: String = "", source: String = "",
        message: String = ""
    ) {
        self.sequence = sequence
        self.timeMilliseconds = timeMilliseconds
        self.level = level
        self.source = source
        self.message = message
    }

    init() { self.init(sequence: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("sequence", &sequence)
        visitor.field("time_milliseconds", &timeMilliseconds)
        visitor.field("level", &level)
        visitor.field("source", &source)
        visitor.field("message", &message)
    }
}
