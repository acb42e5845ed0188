/// Why a coordinator cannot start, or a request cannot be served.
public struct CoordinatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs; a refusal carries the name.
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// Another coordinator uses the state directory.
        public static let stateDirectoryInUse = Code("state-directory-in-use")
        public static let stateDirectory = Code("state-directory")
        public static let unknownJob = Code("unknown-job")
        public static let invalidJob = Code("invalid-job")
        public static let jobIDTaken = Code("job-id-taken")
        public static let jobEnded = Code("job-ended")
        /// What was asked for makes no sense in the job's present state.
        public static let wrongState = Code("wrong-state")
        /// A job that ended cannot be taken up again: something that it needs is no longer there.
        public static let retryImpossible = Code("retry-impossible")
        public static let invalidPath = Code("invalid-path")
        public static let invalidWorker = Code("invalid-worker")
        public static let unknownWorker = Code("unknown-worker")
        public static let sessionReplaced = Code("session-replaced")
        /// A message that no coordinator is asked for.
        public static let unexpectedMessage = Code("unexpected-message")
    }

    public var code: Code
    /// What, where and what to do.
    public var message: String

    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
