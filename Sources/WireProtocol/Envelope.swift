import ZeroMQMessaging

/// One message between processes: every ZeroMQ message body is one envelope.
public struct Envelope: Sendable, Equatable {
    /// The protocol version that this program speaks, and the only one that it understands.
    public static let currentVersion = 2
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

    /// The envelope's bytes, with bulk data that is written straight to its place among them.
    ///
    /// - Parameters:
    ///   - byteCount: bytes of data; they take the place of the body's last field, which must be one of bytes.
    ///   - fill: writes the data; called once, also where there are none.
    /// - Throws: as `encode()`; what `fill` throws.
    public func encode(
        dataBytes byteCount: Int, fill: (inout MutableRawSpan) throws -> Void
    ) throws -> [UInt8] {
        try EnvelopeCodec.encode(self, dataBytes: byteCount, fill: fill)
    }

    /// Reads an envelope. Nothing in the bytes is trusted: neither lengths, nor counts, nor text.
    ///
    /// - Throws: `WireError`: `.versionMismatch`, with the request's id, where the sender speaks another
    ///   version; `.malformed`, `.tooLarge` or `.unknownBody` otherwise.
    public static func decode(_ bytes: [UInt8]) throws -> Envelope {
        try EnvelopeCodec.decode(bytes.span.bytes, in: nil)
    }

    /// Reads an envelope from the frame in which it came; see above. Bulk data (`MessageBytes`) stays in the frame,
    /// which lives as long as they do.
    public static func decode(_ frame: ReceivedFrame) throws -> Envelope {
        try frame.withBytes { try EnvelopeCodec.decode($0, in: frame) }
    }
}
