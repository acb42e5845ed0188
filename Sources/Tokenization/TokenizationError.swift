/// A tokenizer that cannot be loaded: what is wrong, in which file, and what to do.
public struct TokenizationError: Error, Sendable, CustomStringConvertible {
    /// Stable name of the kind of error. New ones may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// The folder has no tokenizer, or a file of it cannot be read.
        public static let unreadable = Code(description: "tokenizer-unreadable")
        /// A file's contents break its format.
        public static let malformed = Code(description: "tokenizer-malformed")
        /// The file is sound but asks for something that Graft does not do.
        public static let unsupported = Code(description: "tokenizer-unsupported")
    }

    public let code: Code
    public let message: String
    /// Path of the file at fault.
    public let file: String

    public var description: String { "\(file): \(message)" }
}
