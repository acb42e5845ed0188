/// What can go wrong with a model's structure.
public struct NeuralLayersError: Error, Sendable, CustomStringConvertible {
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// A path names no parameter.
        public static let unknownPath = Code("unknown-path")
    }

    public let code: Code
    public let message: String
    /// The path in question.
    public let path: String?

    public init(_ code: Code, _ message: String, path: String? = nil) {
        self.code = code
        self.message = message
        self.path = path
    }

    public var description: String { message }

    static func unknownPath(_ path: String, known: [String]) -> NeuralLayersError {
        let examples = known.prefix(3).joined(separator: ", ")
        let hint = known.isEmpty ? "the model has none" : "there are \(examples), …"
        return NeuralLayersError(.unknownPath, "no parameter at or below '\(path)': \(hint)", path: path)
    }
}
