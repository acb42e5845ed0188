/// Why memory cannot be shared.
public struct SharedMemoryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for programs. More may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }

        /// There is not so much room left in the folder.
        public static let noSpace = Code("no-space")
        /// There is no such folder, or no such segment in it.
        public static let notFound = Code("not-found")
        /// The segment has another size than expected.
        public static let wrongSize = Code("wrong-size")
        /// The system refuses.
        public static let system = Code("system")
    }

    public let code: Code
    /// What is wrong, where, and what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
