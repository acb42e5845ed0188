import CProtobufC
import Testing

@testable import WireProtocol

/// Each struct's listing of its fields against protobuf-c's descriptor of the message.
@Suite struct DescriptorTests {
    @Test("every body of the envelope has a case of the same name")
    func bodies() {
        let fields = MessageLayout.envelope.fields.filter { $0.id >= 10 }
        #expect(fields.count == WireBody.entries.count)
        #expect(fields.count == BodyTable.shared.byTag.count)
        for row in BodyTable.shared.byTag.values {
            #expect(row.entry.messageName == row.layout.name)
        }
    }

    @Test("names, kinds and order agree", arguments: sampleBodies.map(\.name))
    func fields(name: String) throws {
        let body = try #require(sampleBodies.first { $0.name == name })
        let row = try #require(BodyTable.shared.byType[ObjectIdentifier(type(of: body.message))])
        #expect(String(describing: body).prefix(while: { $0 != "(" }) == swiftName(row.fieldName))
        check(body.message, row.layout)
    }

    private func check(_ message: some WireMessage, _ layout: MessageLayout) {
        var message = message
        var lister = FieldLister()
        message.visitFields(&lister)
        #expect(lister.names == layout.fields.map(\.fieldName), "\(layout.name)")
        #expect(lister.kinds == layout.fields.map(kind(of:)), "\(layout.name)")
        // A property is named for its field, and stands where its field stands.
        let properties = Mirror(reflecting: message).children.map { $0.label ?? "" }
        #expect(properties == layout.fields.map { swiftName($0.fieldName) }, "\(layout.name)")
        for (nested, field) in zip(lister.nested, layout.fields) {
            guard let nested, let nestedLayout = MessageLayout(of: field) else { continue }
            check(nested, nestedLayout)
        }
    }
}

/// Notes each field's name and kind.
private struct FieldLister: FieldVisitor {
    var names: [String] = []
    var kinds: [String] = []
    var nested: [(any WireMessage)?] = []

    private mutating func note(_ name: StaticString, _ kind: String, _ message: (any WireMessage)? = nil) {
        names.append("\(name)")
        kinds.append(kind)
        nested.append(message)
    }

    mutating func field(_ name: StaticString, _ value: inout Int) { note(name, "count") }
    mutating func field(_ name: StaticString, _ value: inout Int64) { note(name, "sint64") }
    mutating func field(_ name: StaticString, _ value: inout Float) { note(name, "float") }
    mutating func field(_ name: StaticString, _ value: inout Double) { note(name, "double") }
    mutating func field(_ name: StaticString, _ value: inout Bool) { note(name, "bool") }
    mutating func field(_ name: StaticString, _ value: inout String) { note(name, "string") }
    mutating func field(_ name: StaticString, _ value: inout [UInt8]) { note(name, "bytes") }
    mutating func field(_ name: StaticString, _ value: inout MessageBytes) { note(name, "bytes") }
    mutating func field(_ name: StaticString, _ value: inout [Int]) { note(name, "counts") }
    mutating func field(_ name: StaticString, _ value: inout [String]) { note(name, "strings") }
    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout Message?) {
        note(name, Message.messageName, Message())
    }
    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout [Message]) {
        note(name, "\(Message.messageName)s", Message())
    }
}

private func kind(of field: ProtobufCFieldDescriptor) -> String {
    let plural = field.isRepeated ? "s" : ""
    return switch field.type {
    case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_INT64: "count\(plural)"
    case PROTOBUF_C_TYPE_SINT64: "sint64"
    case PROTOBUF_C_TYPE_FLOAT: "float"
    case PROTOBUF_C_TYPE_DOUBLE: "double"
    case PROTOBUF_C_TYPE_BOOL: "bool"
    case PROTOBUF_C_TYPE_STRING: "string\(plural)"
    case PROTOBUF_C_TYPE_BYTES: "bytes"
    case PROTOBUF_C_TYPE_MESSAGE: "\(MessageLayout(of: field)?.name ?? "?")\(plural)"
    default: "type \(field.type.rawValue)"
    }
}

/// worker_id is workerID, specification_json is specificationJSON.
private func swiftName(_ name: String) -> String {
    let capitals = ["id": "ID", "ids": "IDs", "json": "JSON"]
    let words = name.split(separator: "_").map(String.init)
    return words[0]
        + words.dropFirst().map { capitals[$0] ?? $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
}
