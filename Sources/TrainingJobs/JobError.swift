/// What is wrong with a job, its file or its life-cycle.
public struct JobError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let name: String
        public init(_ name: String) { self.name = name }
        public var description: String { name }

        /// The job file could not be read from disk.
        public static let unreadableFile = Code("unreadable-job-file")
        /// The job file is not YAML.
        public static let syntax = Code("job-file-syntax")
        /// The job file is YAML but does not say a valid job: see `problems`.
        public static let invalidJob = Code("invalid-job")
        /// Canonical JSON that does not decode.
        public static let invalidJSON = Code("invalid-json")
    }

    public var code: Code
    /// What, where and what to do.
    public var message: String
    /// Every problem found, in the file's order.
    public var problems: [JobProblem]

    public init(code: Code, message: String, problems: [JobProblem] = []) {
        self.code = code
        self.message = message
        self.problems = problems
    }

    /// The message, then one line for each problem.
    public var description: String {
        ([message] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
}
