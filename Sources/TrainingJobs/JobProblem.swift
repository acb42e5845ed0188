/// Where a value stands in a job file; line and column count from 1.
public struct SourceLocation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file's name as the user gave it.
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { "\(file):\(line):\(column)" }
}

/// One thing that is wrong, or looks wrong, with a job.
public struct JobProblem: Sendable, Equatable, CustomStringConvertible {
    public enum Severity: String, Sendable, Codable {
        /// The job cannot run.
        case error
        /// The job can run; the user may not mean it.
        case warning
    }

    public var severity: Severity
    /// The value's place in the job, such as `tasks[0].train.limit`; empty for the file as a whole.
    public var keyPath: String
    /// `nil` where the job did not come from a file.
    public var location: SourceLocation?
    /// What was found, what is permitted, and what to do.
    public var message: String

    public init(
        severity: Severity = .error, keyPath: String, location: SourceLocation? = nil, message: String
    ) {
        self.severity = severity
        self.keyPath = keyPath
        self.location = location
        self.message = message
    }

    /// `job.yaml:7:11: error: tasks[0].train.limit: …`
    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        let key = keyPath.isEmpty ? "" : "\(keyPath): "
        return "\(place)\(severity.rawValue): \(key)\(message)"
    }
}
