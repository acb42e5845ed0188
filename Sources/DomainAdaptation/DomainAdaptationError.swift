/// What can go wrong when features of domains are measured.
public struct DomainAdaptationError: Error, Sendable, CustomStringConvertible {
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// Features are no matrix, are not as wide as others, or have too few columns.
        public static let wrongShape = Code("wrong-shape")
        /// There are too few samples to measure anything by.
        public static let tooFewSamples = Code("too-few-samples")
        /// A feature is infinite or not a number.
        public static let notFinite = Code("not-finite")
    }

    public let code: Code
    public let message: String
    /// Whose features: "source", "target", or what the caller calls them.
    public let subject: String

    public init(_ code: Code, _ message: String, subject: String) {
        self.code = code
        self.message = message
        self.subject = subject
    }

    public var description: String { message }
}
