import CProtobufC

/// Writes a message's fields into protobuf-c's struct.
struct StructWriter: FieldVisitor {
    private let base: UnsafeMutableRawPointer
    private let layout: MessageLayout
    private let arena: WireArena
    private let leavesTrailingBytes: Bool
    private var index = 0
    /// The message's trailing bytes, which were left out of the struct.
    private(set) var trailingBytes: [UInt8] = []
    private(set) var error: WireError?

    /// Writes a whole message.
    ///
    /// - Parameter leavesTrailingBytes: whether a last field of bytes is handed back instead of copied.
    /// - Returns: protobuf-c's struct, in the arena, and the bytes that were left out.
    static func write<Message: WireMessage>(
        _ message: Message, layout: MessageLayout, arena: WireArena, leavesTrailingBytes: Bool
    ) throws -> (UnsafeMutableRawPointer, trailingBytes: [UInt8]) {
        guard let base = layout.makeMessage(in: arena) else { throw tooLarge(layout.name) }
        var writer = StructWriter(
            base: base, layout: layout, arena: arena, leavesTrailingBytes: leavesTrailingBytes)
        var message = message
        message.visitFields(&writer)
        if let error = writer.error { throw error }
        return (base, writer.trailingBytes)
    }

    private init(
        base: UnsafeMutableRawPointer, layout: MessageLayout, arena: WireArena, leavesTrailingBytes: Bool
    ) {
        self.base = base
        self.layout = layout
        self.arena = arena
        self.leavesTrailingBytes = leavesTrailingBytes
    }

    mutating func field(_ name: StaticString, _ value: inout Int) {
        guard let field = next(name, repeated: false) else { return }
        switch field.type {
        case PROTOBUF_C_TYPE_UINT32: store(UInt32(exactly: value), field)
        case PROTOBUF_C_TYPE_UINT64: store(UInt64(exactly: value), field)
        case PROTOBUF_C_TYPE_INT64: store(Int64(value), field)
        default: mismatch(field)
        }
    }

    mutating func field(_ name: StaticString, _ value: inout Int64) {
        store(value, next(name, PROTOBUF_C_TYPE_SINT64))
    }

    mutating func field(_ name: StaticString, _ value: inout Float) {
        store(value, next(name, PROTOBUF_C_TYPE_FLOAT))
    }

    mutating func field(_ name: StaticString, _ value: inout Double) {
        store(value, next(name, PROTOBUF_C_TYPE_DOUBLE))
    }

    mutating func field(_ name: StaticString, _ value: inout Bool) {
        store(protobuf_c_boolean(value ? 1 : 0), next(name, PROTOBUF_C_TYPE_BOOL))
    }

    mutating func field(_ name: StaticString, _ value: inout String) {
        guard let field = next(name, PROTOBUF_C_TYPE_STRING), let text = copy(value, field) else { return }
        store(text, field)
    }

    mutating func field(_ name: StaticString, _ value: inout [UInt8]) {
        guard let field = next(name, PROTOBUF_C_TYPE_BYTES) else { return }
        if leavesTrailingBytes, index == layout.fields.count {
            trailingBytes = value
            return
        }
        guard let data = allocate(value.count, field) else { return }
        value.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress { data.copyMemory(from: source, byteCount: bytes.count) }
        }
        store(
            ProtobufCBinaryData(len: value.count, data: data.assumingMemoryBound(to: UInt8.self)), field)
    }

    mutating func field(_ name: StaticString, _ value: inout MessageBytes) {
        var bytes = value.array
        field(name, &bytes)
    }

    mutating func field(_ name: StaticString, _ value: inout [Int]) {
        guard let field = next(name, repeated: true) else { return }
        switch field.type {
        case PROTOBUF_C_TYPE_UINT32: storeArray(value.map { UInt32(exactly: $0) }, field)
        case PROTOBUF_C_TYPE_UINT64: storeArray(value.map { UInt64(exactly: $0) }, field)
        default: mismatch(field)
        }
    }

    mutating func field(_ name: StaticString, _ value: inout [String]) {
        guard let field = next(name, PROTOBUF_C_TYPE_STRING, repeated: true) else { return }
        storeArray(value.map { copy($0, field) }, field)
    }

    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout Message?) {
        guard let field = next(name, PROTOBUF_C_TYPE_MESSAGE), let value else { return }
        store(nested(value, field), field)
    }

    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout [Message]) {
        guard let field = next(name, PROTOBUF_C_TYPE_MESSAGE, repeated: true) else { return }
        storeArray(value.map { nested($0, field) }, field)
    }

    // MARK: Steps

    private mutating func next(_ name: StaticString, repeated: Bool) -> ProtobufCFieldDescriptor? {
        guard error == nil, index < layout.fields.count else { return nil }
        let field = layout.fields[index]
        index += 1
        guard field.isRepeated == repeated else {
            mismatch(field)
            return nil
        }
        return field
    }

    private mutating func next(
        _ name: StaticString, _ type: ProtobufCType, repeated: Bool = false
    ) -> ProtobufCFieldDescriptor? {
        guard let field = next(name, repeated: repeated) else { return nil }
        guard field.type == type else {
            mismatch(field)
            return nil
        }
        return field
    }

    private mutating func store<Value>(_ value: Value?, _ field: ProtobufCFieldDescriptor?) {
        guard error == nil, let field else { return }
        guard let value else {
            error = WireError(
                .unrepresentable, "\(layout.name).\(field.fieldName) holds a number that its field cannot")
            return
        }
        base.storeBytes(of: value, toByteOffset: Int(field.offset), as: Value.self)
    }

    private mutating func storeArray<Value>(_ values: [Value?], _ field: ProtobufCFieldDescriptor) {
        guard error == nil, !values.isEmpty,
            let array = allocate(values.count * MemoryLayout<Value>.stride, field)
        else { return }
        for (position, value) in values.enumerated() {
            guard let value else { return store(value, field) }
            array.storeBytes(
                of: value, toByteOffset: position * MemoryLayout<Value>.stride, as: Value.self)
        }
        base.storeBytes(of: array, toByteOffset: Int(field.offset), as: UnsafeMutableRawPointer.self)
        base.storeBytes(of: values.count, toByteOffset: Int(field.quantifier_offset), as: Int.self)
    }

    /// The text with a zero byte at its end, as C wants it.
    private mutating func copy(_ text: String, _ field: ProtobufCFieldDescriptor) -> UnsafeMutableRawPointer?
    {
        var text = text
        return text.withUTF8 { utf8 in
            guard !utf8.contains(0) else {
                error = WireError(
                    .unrepresentable, "\(layout.name).\(field.fieldName) has a zero byte in its text")
                return nil
            }
            guard let memory = allocate(utf8.count + 1, field) else { return nil }
            if let source = utf8.baseAddress { memory.copyMemory(from: source, byteCount: utf8.count) }
            return memory
        }
    }

    private mutating func nested<Message: WireMessage>(
        _ message: Message, _ field: ProtobufCFieldDescriptor
    ) -> UnsafeMutableRawPointer? {
        guard error == nil, let nestedLayout = MessageLayout(of: field) else { return nil }
        do {
            return try Self.write(message, layout: nestedLayout, arena: arena, leavesTrailingBytes: false).0
        } catch {
            self.error = error as? WireError
            return nil
        }
    }

    private mutating func allocate(
        _ byteCount: Int, _ field: ProtobufCFieldDescriptor
    ) -> UnsafeMutableRawPointer? {
        guard let memory = arena.allocate(byteCount) else {
            error = error ?? Self.tooLarge(layout.name)
            return nil
        }
        return memory
    }

    private mutating func mismatch(_ field: ProtobufCFieldDescriptor) {
        error = error ?? fieldMismatch(layout, field)
    }

    private static func tooLarge(_ name: String) -> WireError {
        WireError(.tooLarge, "\(name) is larger than a message may be (\(Envelope.maximumBytes) bytes)")
    }
}

/// A struct's listing and the generated code disagree: a fault of this program, which a test finds.
func fieldMismatch(_ layout: MessageLayout, _ field: ProtobufCFieldDescriptor) -> WireError {
    WireError(.malformed, "\(layout.name).\(field.fieldName) is of another type in the generated code")
}
