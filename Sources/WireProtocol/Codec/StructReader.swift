import CProtobufC

/// Reads a message's fields from the struct that protobuf-c unpacked.
struct StructReader: FieldVisitor {
    private let base: UnsafeRawPointer
    private let layout: MessageLayout
    private let trailingBytes: MessageBytes?
    private var index = 0
    private(set) var error: WireError?

    /// - Parameter trailingBytes: the value of the last field where it was kept out of the struct.
    init(base: UnsafeRawPointer, layout: MessageLayout, trailingBytes: MessageBytes? = nil) {
        self.base = base
        self.layout = layout
        self.trailingBytes = trailingBytes
    }

    mutating func field(_ name: StaticString, _ value: inout Int) {
        guard let field = next(name, repeated: false) else { return }
        switch field.type {
        case PROTOBUF_C_TYPE_UINT32: value = Int(load(field, as: UInt32.self))
        case PROTOBUF_C_TYPE_UINT64: value = integer(load(field, as: UInt64.self), field)
        case PROTOBUF_C_TYPE_INT64: value = Int(load(field, as: Int64.self))
        default: mismatch(field)
        }
    }

    mutating func field(_ name: StaticString, _ value: inout Int64) {
        if let field = next(name, PROTOBUF_C_TYPE_SINT64) { value = load(field, as: Int64.self) }
    }

    mutating func field(_ name: StaticString, _ value: inout Float) {
        if let field = next(name, PROTOBUF_C_TYPE_FLOAT) { value = load(field, as: Float.self) }
    }

    mutating func field(_ name: StaticString, _ value: inout Double) {
        if let field = next(name, PROTOBUF_C_TYPE_DOUBLE) { value = load(field, as: Double.self) }
    }

    mutating func field(_ name: StaticString, _ value: inout Bool) {
        if let field = next(name, PROTOBUF_C_TYPE_BOOL) {
            value = load(field, as: protobuf_c_boolean.self) != 0
        }
    }

    mutating func field(_ name: StaticString, _ value: inout String) {
        guard let field = next(name, PROTOBUF_C_TYPE_STRING) else { return }
        value = text(load(field, as: UnsafePointer<CChar>?.self), field)
    }

    mutating func field(_ name: StaticString, _ value: inout [UInt8]) {
        guard let field = next(name, PROTOBUF_C_TYPE_BYTES) else { return }
        if let trailingBytes, index == layout.fields.count {
            value = trailingBytes.array
            return
        }
        let data = load(field, as: ProtobufCBinaryData.self)
        value = [UInt8](UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len))
    }

    mutating func field(_ name: StaticString, _ value: inout MessageBytes) {
        if let trailingBytes, index + 1 == layout.fields.count {
            if next(name, PROTOBUF_C_TYPE_BYTES) != nil { value = trailingBytes }
        } else {
            var bytes: [UInt8] = []
            field(name, &bytes)
            value = MessageBytes(bytes)
        }
    }

    mutating func field(_ name: StaticString, _ value: inout [Int]) {
        guard let field = next(name, repeated: true) else { return }
        switch field.type {
        case PROTOBUF_C_TYPE_UINT32: value = array(field, of: UInt32.self).map { Int($0) }
        case PROTOBUF_C_TYPE_UINT64: value = array(field, of: UInt64.self).map { integer($0, field) }
        default: mismatch(field)
        }
    }

    mutating func field(_ name: StaticString, _ value: inout [String]) {
        guard let field = next(name, PROTOBUF_C_TYPE_STRING, repeated: true) else { return }
        value = array(field, of: UnsafePointer<CChar>?.self).map { text($0, field) }
    }

    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout Message?) {
        guard let field = next(name, PROTOBUF_C_TYPE_MESSAGE) else { return }
        value = load(field, as: UnsafeRawPointer?.self).flatMap { nested($0, field) }
    }

    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout [Message]) {
        guard let field = next(name, PROTOBUF_C_TYPE_MESSAGE, repeated: true) else { return }
        value = array(field, of: UnsafeRawPointer?.self).compactMap { pointer in
            pointer.flatMap { nested($0, field) }
        }
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

    private func load<Value>(_ field: ProtobufCFieldDescriptor, as type: Value.Type) -> Value {
        base.load(fromByteOffset: Int(field.offset), as: type)
    }

    private func array<Value>(
        _ field: ProtobufCFieldDescriptor, of type: Value.Type
    ) -> UnsafeBufferPointer<Value> {
        let count = base.load(fromByteOffset: Int(field.quantifier_offset), as: Int.self)
        let start = load(field, as: UnsafeRawPointer?.self)?.assumingMemoryBound(to: Value.self)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
    }

    private mutating func integer(_ value: UInt64, _ field: ProtobufCFieldDescriptor) -> Int {
        if let value = Int(exactly: value) { return value }
        fail("\(layout.name).\(field.fieldName) is \(value), which no count reaches")
        return 0
    }

    private mutating func text(_ pointer: UnsafePointer<CChar>?, _ field: ProtobufCFieldDescriptor) -> String
    {
        guard let pointer else { return "" }
        if let text = String(validatingCString: pointer) { return text }
        fail("\(layout.name).\(field.fieldName) is not UTF-8")
        return ""
    }

    private mutating func nested<Message: WireMessage>(
        _ pointer: UnsafeRawPointer, _ field: ProtobufCFieldDescriptor
    ) -> Message? {
        guard error == nil, let nestedLayout = MessageLayout(of: field) else { return nil }
        var message = Message()
        var reader = StructReader(base: pointer, layout: nestedLayout)
        message.visitFields(&reader)
        error = reader.error
        return message
    }

    private mutating func mismatch(_ field: ProtobufCFieldDescriptor) {
        error = error ?? fieldMismatch(layout, field)
    }

    private mutating func fail(_ message: String) {
        error = error ?? WireError(.malformed, message)
    }
}
