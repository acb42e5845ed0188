/// One line of a job's log.
public struct LogRecord: Sendable, Equatable {
    /// Counts up from 1 within the job; given by the store.
    public var sequence: Int
    /// Milliseconds since 1970.
    public var time: Int
    public var level: String
    /// "coordinator", or a worker's name.
    public var source: String
    /// Holds no zero byte, whatever is written to it.
    public var message: String { didSet { message = StoredText.clean(message) } }

    public init(sequence: Int = 0, time: Int, level: String, source: String, message: String) {
        self.sequence = sequence
        self.time = time
        self.level = level
        self.source = StoredText.clean(source)
        self.message = StoredText.clean(message)
    }
}
