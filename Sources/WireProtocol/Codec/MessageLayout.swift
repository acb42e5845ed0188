import CProtobufC
import CWireMessages

/// Where protobuf-c's generated code keeps the fields of one message.
///
/// `@unchecked Sendable`: points to the constant descriptors in the generated code, which nothing changes and
/// which live as long as the program.
struct MessageLayout: @unchecked Sendable {
    let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    var name: String { String(cString: descriptor.pointee.short_name) }
    var byteCount: Int { descriptor.pointee.sizeof_message }
    var fields: UnsafeBufferPointer<ProtobufCFieldDescriptor> {
        UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
    }

    /// The layout of a field that is a message.
    init?(of field: ProtobufCFieldDescriptor) {
        guard field.type == PROTOBUF_C_TYPE_MESSAGE, let descriptor = field.descriptor else { return nil }
        self.descriptor = descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    }

    private init(descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.descriptor = descriptor
    }

    /// The layout of `Envelope`, from which all others can be reached.
    static let envelope: MessageLayout = {
        var envelope = Graft__Wire__Envelope()
        graft__wire__envelope__init(&envelope)
        return MessageLayout(descriptor: envelope.base.descriptor)
    }()

    /// The last field, where it is one of bytes: bulk data, which is spared a copy.
    var trailingBytes: ProtobufCFieldDescriptor? {
        guard let last = fields.last, last.type == PROTOBUF_C_TYPE_BYTES else { return nil }
        return last
    }

    /// A message with every field at its default.
    func makeMessage(in arena: WireArena) -> UnsafeMutableRawPointer? {
        guard let message = arena.allocate(byteCount) else { return nil }
        protobuf_c_message_init(descriptor, message)
        return message
    }
}

extension ProtobufCFieldDescriptor {
    var fieldName: String { String(cString: name) }
    var isRepeated: Bool { label == PROTOBUF_C_LABEL_REPEATED }
}
