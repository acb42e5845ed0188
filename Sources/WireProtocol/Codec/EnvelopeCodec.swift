import CProtobufC
import ZeroMQMessaging

/// Encodes and decodes envelopes.
///
/// protobuf-c packs and unpacks the body. The envelope around it is written and read here: its version decides
/// whether anything else may be read, and bulk data at a message's end goes in and out in one copy.
enum EnvelopeCodec {
    private static let versionTag: UInt32 = 1
    private static let requestIDTag: UInt32 = 2
    private static let firstBodyTag: UInt32 = 10

    // MARK: Encoding

    static func encode(_ envelope: Envelope) throws -> [UInt8] {
        try encode(envelope, dataBytes: nil) { _ in }
    }

    /// - Parameter byteCount: of data that `fill` writes in the place of the body's last field; nil for that field's
    ///   own.
    static func encode(
        _ envelope: Envelope, dataBytes byteCount: Int?, fill: (inout MutableRawSpan) throws -> Void
    ) throws -> [UInt8] {
        guard let version = UInt32(exactly: envelope.protocolVersion) else {
            throw WireError(
                .unrepresentable, "a protocol version is not negative: \(envelope.protocolVersion)")
        }
        let message = envelope.body.message
        guard let row = BodyTable.shared.byType[ObjectIdentifier(type(of: message))] else {
            throw WireError(.unknownBody, "this version has no message \(type(of: message))")
        }
        let arena = WireArena(budget: 4 * Envelope.maximumBytes)
        let (body, trailingBytes) = try write(message, row: row, arena: arena)
        let dataCount = byteCount ?? trailingBytes.count
        if byteCount != nil, row.layout.trailingBytes == nil {
            throw WireError(.unrepresentable, "\(row.fieldName) does not end with bulk data")
        }
        let packed = body.assumingMemoryBound(to: ProtobufCMessage.self)
        let packedSize = protobuf_c_message_get_packed_size(packed)

        var header: [UInt8] = []
        appendKey(tag: versionTag, wireType: 0, to: &header)
        appendVarint(UInt64(version), to: &header)
        if !envelope.requestID.isEmpty {
            appendKey(tag: requestIDTag, wireType: 2, to: &header)
            appendVarint(UInt64(envelope.requestID.utf8.count), to: &header)
            header += envelope.requestID.utf8
        }
        var trailer: [UInt8] = []
        if dataCount > 0, let field = row.layout.trailingBytes {
            appendKey(tag: field.id, wireType: 2, to: &trailer)
            appendVarint(UInt64(dataCount), to: &trailer)
        }
        appendKey(tag: row.tag, wireType: 2, to: &header)
        appendVarint(UInt64(packedSize + trailer.count + dataCount), to: &header)

        let dataStart = header.count + packedSize + trailer.count
        let total = dataStart + dataCount
        guard total <= Envelope.maximumBytes else {
            throw WireError(
                .tooLarge,
                "\(row.fieldName) takes \(total) bytes; a message may have \(Envelope.maximumBytes)")
        }
        return try [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
            let output = UnsafeMutableRawBufferPointer(buffer)
            copy(header, to: output, at: 0)
            if packedSize > 0, let start = buffer.baseAddress {
                protobuf_c_message_pack(packed, start + header.count)
            }
            copy(trailer, to: output, at: header.count + packedSize)
            if byteCount == nil {
                copy(trailingBytes, to: output, at: dataStart)
            } else {
                var data = UnsafeMutableRawBufferPointer(rebasing: output[dataStart..<total]).mutableBytes
                try fill(&data)
            }
            count = total
        }
    }

    private static func write(
        _ message: some WireMessage, row: BodyTable.Row, arena: WireArena
    ) throws -> (UnsafeMutableRawPointer, trailingBytes: [UInt8]) {
        try StructWriter.write(message, layout: row.layout, arena: arena, leavesTrailingBytes: true)
    }

    private static func copy(_ bytes: [UInt8], to output: UnsafeMutableRawBufferPointer, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: output[offset..<offset + bytes.count]).copyBytes(from: bytes)
    }

    private static func appendKey(tag: UInt32, wireType: UInt64, to bytes: inout [UInt8]) {
        appendVarint(UInt64(tag) << 3 | wireType, to: &bytes)
    }

    private static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    // MARK: Decoding

    /// - Parameter frame: which the bytes are, for bulk data to stay in; nil to copy it.
    static func decode(_ bytes: RawSpan, in frame: ReceivedFrame?) throws -> Envelope {
        guard bytes.byteCount <= Envelope.maximumBytes else {
            throw WireError(
                .tooLarge, "a message of \(bytes.byteCount) bytes came; one may have \(Envelope.maximumBytes)"
            )
        }
        return try bytes.withUnsafeBytes { try decode($0, in: frame) }
    }

    private static func decode(
        _ bytes: UnsafeRawBufferPointer, in received: ReceivedFrame?
    ) throws -> Envelope {
        let frame = try scanEnvelope(bytes)
        guard frame.version == Envelope.currentVersion else {
            throw WireError.versionMismatch(theirs: frame.version, requestID: frame.requestID)
        }
        guard let (tag, content) = frame.body else {
            throw WireError(.unknownBody, "an envelope without a body came", requestID: frame.requestID)
        }
        guard let row = BodyTable.shared.byTag[tag] else {
            throw WireError(
                .unknownBody, "an envelope with the unknown body \(tag) came", requestID: frame.requestID)
        }
        do {
            let body = try decodeBody(bytes, in: received, content, row)
            return Envelope(protocolVersion: frame.version, requestID: frame.requestID, body: body)
        } catch let error as WireError {
            throw WireError(error.code, error.message, requestID: frame.requestID)
        }
    }

    private struct Frame {
        var version = 0
        var requestID = ""
        var body: (tag: UInt32, content: Range<Int>)?
    }

    private static func scanEnvelope(_ bytes: UnsafeRawBufferPointer) throws -> Frame {
        var frame = Frame()
        var bodies = 0
        var scanner = FieldScanner(bytes, 0..<bytes.count)
        while let field = try scanner.next() {
            switch (field.tag, field.value) {
            case (versionTag, .number(let version)):
                frame.version = Int(clamping: version)
            case (requestIDTag, .content(let range)):
                guard let text = String(validating: bytes[range], as: UTF8.self) else {
                    throw WireError(.malformed, "an envelope's request id is not UTF-8")
                }
                frame.requestID = text
            case (firstBodyTag..., .content(let range)):
                frame.body = (field.tag, range)
                bodies += 1
            default:
                // A field of a later version: the version decides what comes of it.
                continue
            }
        }
        if bodies > 1, frame.version == Envelope.currentVersion {
            throw WireError(.malformed, "an envelope with \(bodies) bodies came", requestID: frame.requestID)
        }
        return frame
    }

    private static func decodeBody(
        _ bytes: UnsafeRawBufferPointer, in received: ReceivedFrame?, _ content: Range<Int>,
        _ row: BodyTable.Row
    ) throws -> WireBody {
        var packed = content
        var trailingBytes: MessageBytes?
        if let (start, data) = try trailingBytesPlace(bytes, content, row) {
            packed = content.lowerBound..<start
            trailingBytes = received.map { MessageBytes($0, data) } ?? MessageBytes([UInt8](bytes[data]))
        }
        // A field takes at least two bytes; what protobuf-c needs for it is bounded by a multiple of that.
        let arena = WireArena(budget: min(1 << 20 + 48 * packed.count, 4 * Envelope.maximumBytes))
        let message = arena.withAllocator { allocator in
            protobuf_c_message_unpack(
                row.layout.descriptor, &allocator, packed.count,
                bytes.baseAddress?.advanced(by: packed.lowerBound).assumingMemoryBound(to: UInt8.self))
        }
        guard let message else {
            throw arena.isExhausted
                ? WireError(.tooLarge, "a \(row.fieldName) of \(content.count) bytes holds too many parts")
                : WireError(.malformed, "a \(row.fieldName) of \(content.count) bytes is malformed")
        }
        return try withExtendedLifetime(arena) {
            try row.entry.read(UnsafeRawPointer(message), row.layout, trailingBytes)
        }
    }

    /// The place of bulk data at the message's end, where it is there: the start of its field and its content.
    private static func trailingBytesPlace(
        _ bytes: UnsafeRawBufferPointer, _ content: Range<Int>, _ row: BodyTable.Row
    ) throws -> (start: Int, data: Range<Int>)? {
        guard let trailing = row.layout.trailingBytes else { return nil }
        var scanner = FieldScanner(bytes, content)
        while let field = try scanner.next() {
            if field.tag == trailing.id, case .content(let data) = field.value,
                data.upperBound == content.upperBound
            {
                return (field.start, data)
            }
        }
        return nil
    }
}
