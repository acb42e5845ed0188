/// One message between processes: every ZeroMQ message body is one envelope.
public struct Envelope: Sendable, Equatable {
    /// The protocol version that this program speaks, and the only one that it understands.
    public static let currentVersion = 1
    /// Bytes of an encoded envelope at the most; larger ones are refused unread.
    public static let maximumBytes = 64 << 20

    /// The sender's protocol version.
    public var protocolVersion: Int
    /// Fresh for each request; a reply repeats it; empty where no reply is expected.
    public var requestID: String
    /// What the envelope carries.
    public var body: WireBody

    public init(protocolVersion: Int = Envelope.currentVersion, requestID: String = "", body: WireBody) {
        self.protocolVersion = protocolVersion
        self.requestID = requestID
        self.body = body
    }

    /// The envelope that answers this one.
    public func reply(_ body: WireBody) -> Envelope {
        Envelope(requestID: requestID, body: body)
    }

    /// The refusal to send for bytes that could not be read, for the sender to show to its user.
    public static func refusal(of error: WireError) -> Envelope {
        Envelope(
            requestID: error.requestID,
            body: .refusal(Refusal(code: error.code.description, message: error.message)))
    }

    /// The envelope's bytes.
    ///
    /// - Throws: `WireError` where a value has no place in its field or the whole is above `maximumBytes`.
    public func encode() throws -> [UInt8] {
        try EnvelopeCodec.encode(self)
    }

    /// Reads an envelope. Nothing in the bytes is trusted: neither lengths, nor counts, nor text.
    ///
    /// - Throws: `WireError`: `.versionMismatch`, with the request's id, where the sender speaks another
    ///   version; `.malformed`, `.tooLarge` or `.unknownBody` otherwise.
    public static func decode(_ bytes: [UInt8]) throws -> Envelope {
        try decode(bytes.span.bytes)
    }

    /// Reads an envelope from where it lies; see above.
    public static func decode(_ bytes: RawSpan) throws -> Envelope {
        try EnvelopeCodec.decode(bytes)
    }
}
