/// One line of a job's log.
public struct LogRecord: Sendable, Equatable {
    /// Counts up from 1 within the job; given by the store.
    public var sequence: Int
    /// Milliseconds since 1970.
    public var time: Int
    public var level: String
    /// "coordinator", or a worker's name.
    public var source: String
    public var message: String

    public init(sequence: Int = 0, time: Int, level: String, source: String, message: String) {
        self.sequence = sequence
        self.time = time
        self.level = level
        self.source = source
        self.message = message
    }
}
