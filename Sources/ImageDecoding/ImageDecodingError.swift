/// An image file that cannot be used.
public struct ImageDecodingError: Error, Sendable, CustomStringConvertible {
    /// Stable name of the kind of error. New ones may come.
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// Neither PNG nor JPEG.
        public static let unknownFormat = Code("unknown-image-format")
        /// The bytes break the format, or some are missing.
        public static let damaged = Code("damaged-image")
        /// More pixels than are allowed.
        public static let tooLarge = Code("image-too-large")
    }

    public let code: Code
    public let message: String
    /// The file, or the name it has within an archive.
    public let file: String

    public init(_ code: Code, _ message: String, file: String) {
        self.code = code
        self.message = message
        self.file = file
    }

    public var description: String { "\(file): \(message)" }
}
