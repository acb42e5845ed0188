/// What can go wrong with files and tensors.
public struct TensorKernelsError: Error, Sendable, CustomStringConvertible {
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// A file cannot be opened or mapped.
        public static let unreadableFile = Code("unreadable-file")
        /// A range goes beyond a file or a tensor.
        public static let outOfRange = Code("out-of-range")
        /// A byte count is no multiple of an element's size, or not the number of elements asked for.
        public static let wrongByteCount = Code("wrong-byte-count")
    }

    public let code: Code
    public let message: String
    /// The file in question.
    public let file: String?

    public init(_ code: Code, _ message: String, file: String? = nil) {
        self.code = code
        self.message = message
        self.file = file
    }

    public var description: String { message }
}
