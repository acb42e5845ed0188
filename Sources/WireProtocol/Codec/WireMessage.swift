/// A message of proto/graft.proto as a Swift value.
///
/// A struct lists its fields once, in the order of their tags; the same listing writes the message, reads it
/// and is compared with protobuf-c's descriptor by a test.
protocol WireMessage: Sendable, Equatable {
    init()
    /// Shows every field to the visitor, in the order of the tags. A visitor may read or replace the values.
    mutating func visitFields(_ visitor: inout some FieldVisitor)
}

extension WireMessage {
    /// The message's name in proto/graft.proto.
    static var messageName: String { String(describing: Self.self) }
}

/// Goes through the fields of a message: one overload for each kind of field that the protocol uses.
///
/// `name` is the field's name in proto/graft.proto. Failures are remembered by the visitor, so that the
/// listings stay lists.
protocol FieldVisitor {
    mutating func field(_ name: StaticString, _ value: inout Int)
    mutating func field(_ name: StaticString, _ value: inout Int64)
    mutating func field(_ name: StaticString, _ value: inout Float)
    mutating func field(_ name: StaticString, _ value: inout Double)
    mutating func field(_ name: StaticString, _ value: inout Bool)
    mutating func field(_ name: StaticString, _ value: inout String)
    mutating func field(_ name: StaticString, _ value: inout [UInt8])
    /// Bulk data: the message's last field.
    mutating func field(_ name: StaticString, _ value: inout MessageBytes)
    mutating func field(_ name: StaticString, _ value: inout [Int])
    mutating func field(_ name: StaticString, _ value: inout [String])
    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout Message?)
    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout [Message])
}
