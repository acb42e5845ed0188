/// A model folder that cannot be used: what is wrong, in which file and tensor, and what to do.
public struct PretrainedBackboneError: Error, Sendable, CustomStringConvertible {
    /// Stable name of the kind of error. New ones may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// A file is not there or cannot be read.
        public static let unreadable = Code(description: "model-unreadable")
        /// `config.json` is broken or contradicts itself.
        public static let malformedConfiguration = Code(description: "model-malformed-configuration")
        /// The model asks for something that Graft does not do.
        public static let unsupported = Code(description: "model-unsupported")
        /// Weights are missing, in surplus or of another shape than `config.json` says.
        public static let weightsDisagree = Code(description: "model-weights-disagree")
        /// The tokenizer has ids that the model has no embedding for.
        public static let tokenizerDisagrees = Code(description: "model-tokenizer-disagrees")
    }

    public let code: Code
    public let message: String
    /// Path of the file or folder at fault.
    public let file: String
    /// Names of the tensors at fault, as the model calls them.
    public let tensors: [String]

    public init(_ code: Code, _ message: String, file: String, tensors: [String] = []) {
        self.code = code
        self.message = message
        self.file = file
        self.tensors = tensors
    }

    public var description: String { "\(file): \(message)" }
}
