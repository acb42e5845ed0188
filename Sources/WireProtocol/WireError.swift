/// Why bytes are not a message of this program's protocol, or a message cannot be written.
public struct WireError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for programs. More may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }

        /// The bytes are no envelope, or one that breaks a rule of the protocol.
        public static let malformed = Code("malformed")
        /// The message is larger, or holds more, than the protocol's limits allow.
        public static let tooLarge = Code("too-large")
        /// The peer speaks another version of the protocol.
        public static let versionMismatch = Code("version-mismatch")
        /// A value cannot travel in its field: a negative count, a string with a zero byte.
        public static let unrepresentable = Code("unrepresentable")
        /// The envelope has no body, or one that this version does not know.
        public static let unknownBody = Code("unknown-body")
    }

    public let code: Code
    /// What is wrong, where, and what to do.
    public let message: String
    /// The request that the bytes belong to, where that could still be read; empty otherwise.
    public let requestID: String

    public init(_ code: Code, _ message: String, requestID: String = "") {
        self.code = code
        self.message = message
        self.requestID = requestID
    }

    public var description: String { message }

    static func versionMismatch(theirs: Int, requestID: String) -> WireError {
        WireError(
            .versionMismatch,
            "the peer speaks version \(theirs) of Graft's protocol, this program version "
                + "\(Envelope.currentVersion): install the same release of graft on both hosts",
            requestID: requestID)
    }
}
