/// Why a worker cannot start or cannot go on with a job.
public struct WorkerError: Error, Sendable, CustomStringConvertible {
    /// A kind of failure, as it travels in `Failure.code`. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }

        /// A command that this worker's state does not allow.
        public static let outOfOrder = Code("out_of_order")
        /// A blob or shard is not what the coordinator said it is.
        public static let badContent = Code("bad_content")
        /// The coordinator refused a request.
        public static let refused = Code("refused")
        /// Another process runs under this worker's name.
        public static let nameInUse = Code("name_in_use")
        /// The BLAS library of this host cannot give the same bits every time.
        public static let unfitBLAS = Code("unfit_blas")
        /// A file operation failed.
        public static let fileSystem = Code("file_system")
        /// Anything else, with the error's own words.
        public static let failed = Code("worker_failed")
    }

    public let code: Code
    public let message: String
    /// The file, peer or step concerned; may be empty.
    public let context: String

    public var description: String { message }

    init(_ code: Code, _ message: String, context: String = "") {
        self.code = code
        self.message = message
        self.context = context
    }
}
