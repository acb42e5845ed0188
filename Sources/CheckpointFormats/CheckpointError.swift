/// A checkpoint that cannot be read or written: what is wrong, in which file and tensor, and what to do.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
    /// Stable name of the kind of error. New ones may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// A file is not there, or the system refuses to read or write it.
        public static let unreadable = Code(description: "checkpoint-unreadable")
        /// The bytes break the format: a cut file, a header that does not add up.
        public static let malformed = Code(description: "checkpoint-malformed")
        /// No tensor has this name.
        public static let missingTensor = Code(description: "checkpoint-missing-tensor")
        /// A tensor of a type that cannot become Float32.
        public static let unsupportedType = Code(description: "checkpoint-unsupported-type")
        /// What is to be written makes no checkpoint: a name twice, for instance.
        public static let unwritable = Code(description: "checkpoint-unwritable")
    }

    public let code: Code
    public let message: String
    /// Path of the file at fault, or the name given to bytes in memory.
    public let file: String
    public let tensor: String?

    public init(_ code: Code, _ message: String, file: String, tensor: String? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.tensor = tensor
    }

    public var description: String {
        "\(file): " + (tensor.map { "tensor \"\($0)\": " } ?? "") + message
    }
}
