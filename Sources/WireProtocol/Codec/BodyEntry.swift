import CProtobufC

/// One kind of message that an envelope can carry: its place in `Envelope.body` and how it becomes a value.
struct BodyEntry: Sendable {
    let messageName: String
    let messageType: ObjectIdentifier
    /// Makes the body from protobuf-c's struct.
    let read: @Sendable (UnsafeRawPointer, MessageLayout, _ trailingBytes: MessageBytes?) throws -> WireBody

    /// Makes the body from a message of this entry's type; nil for any other.
    let embed: @Sendable (any WireMessage) -> WireBody?

    init<Message: WireMessage>(_ embed: @escaping @Sendable (Message) -> WireBody) {
        messageName = Message.messageName
        messageType = ObjectIdentifier(Message.self)
        self.embed = { message in (message as? Message).map(embed) }
        read = { base, layout, trailingBytes in
            var message = Message()
            var reader = StructReader(base: base, layout: layout, trailingBytes: trailingBytes)
            message.visitFields(&reader)
            if let error = reader.error { throw error }
            return embed(message)
        }
    }
}

/// The entries of `Envelope.body`, with their tags.
struct BodyTable: Sendable {
    struct Row: Sendable {
        let entry: BodyEntry
        let layout: MessageLayout
        let fieldName: String
        let tag: UInt32
    }

    static let shared = BodyTable()

    let byTag: [UInt32: Row]
    let byType: [ObjectIdentifier: Row]

    private init() {
        var rows: [Row] = []
        for field in MessageLayout.envelope.fields {
            guard let layout = MessageLayout(of: field), let entry = WireBody.entries[layout.name] else {
                continue
            }
            rows.append(Row(entry: entry, layout: layout, fieldName: field.fieldName, tag: field.id))
        }
        byTag = Dictionary(uniqueKeysWithValues: rows.map { ($0.tag, $0) })
        byType = Dictionary(uniqueKeysWithValues: rows.map { ($0.entry.messageType, $0) })
    }
}

extension WireBody {
    /// The body's name in proto/graft.proto, such as "submit_job".
    public var name: String {
        BodyTable.shared.byType[ObjectIdentifier(type(of: message))]?.fieldName ?? "unknown"
    }
}
