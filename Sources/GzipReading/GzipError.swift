/// A file that cannot be read or inflated.
public struct GzipError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs. New ones may come.
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        public static let unreadable = Code("unreadable-file")
        public static let damaged = Code("damaged-gzip")
        public static let cutShort = Code("gzip-cut-short")
    }

    public let code: Code
    /// What was found and what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
