/// What can go wrong with an optimizer's state.
public struct OptimizersError: Error, Sendable, CustomStringConvertible {
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// A state tensor is not there.
        public static let missingState = Code("missing-state")
        /// A state tensor has another shape than its parameter.
        public static let shapeMismatch = Code("shape-mismatch")
        /// A state tensor holds what it cannot mean.
        public static let malformedState = Code("malformed-state")
    }

    public let code: Code
    public let message: String
    /// Name of the state tensor.
    public let tensor: String

    public init(_ code: Code, _ message: String, tensor: String) {
        self.code = code
        self.message = message
        self.tensor = tensor
    }

    public var description: String { message }
}
