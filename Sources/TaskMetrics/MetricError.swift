/// Counts that do not make a metric.
public struct MetricError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs.
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        public static let shape = Code("confusion-shape")
        public static let negativeCount = Code("negative-count")
        public static let unknownClass = Code("unknown-class")
    }

    public var code: Code
    /// What was found and what was expected.
    public var message: String

    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
