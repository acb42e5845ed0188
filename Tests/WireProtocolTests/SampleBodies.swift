@testable import WireProtocol

/// One body of every kind, each field of each message set to a value of its own.
let sampleBodies: [WireBody] = BodyTable.shared.byTag.values.sorted { $0.tag < $1.tag }.compactMap { row in
    // An unpacked empty message gives the type; its fields are then filled.
    let arena = WireArena(budget: 1 << 20)
    guard let empty = row.layout.makeMessage(in: arena),
        let body = try? row.entry.read(empty, row.layout, nil)
    else { return nil }
    return withExtendedLifetime(arena) { filled(body.message, Int(row.tag), row.entry) }
}

private func filled(_ message: some WireMessage, _ seed: Int, _ entry: BodyEntry) -> WireBody? {
    var filler = SampleFiller(seed: seed)
    var message = message
    message.visitFields(&filler)
    return entry.embed(message)
}

/// Fills a message so that no two fields of a kind are alike.
struct SampleFiller: FieldVisitor {
    var seed: Int

    private mutating func next() -> Int {
        seed += 1
        return seed
    }

    mutating func field(_ name: StaticString, _ value: inout Int) { value = next() }
    mutating func field(_ name: StaticString, _ value: inout Int64) { value = -Int64(next()) << 40 }
    mutating func field(_ name: StaticString, _ value: inout Float) { value = Float(next()) + 0.5 }
    mutating func field(_ name: StaticString, _ value: inout Double) { value = Double(next()) + 0.25 }
    mutating func field(_ name: StaticString, _ value: inout Bool) { value = true }
    mutating func field(_ name: StaticString, _ value: inout String) { value = "\(name) \(next()) é 漢" }
    mutating func field(_ name: StaticString, _ value: inout [UInt8]) {
        value = (0..<next() + 300).map { UInt8(truncatingIfNeeded: $0) }
    }
    mutating func field(_ name: StaticString, _ value: inout MessageBytes) {
        value = MessageBytes((0..<next() + 300).map { UInt8(truncatingIfNeeded: $0) })
    }
    mutating func field(_ name: StaticString, _ value: inout [Int]) { value = [next(), 0, next() << 20] }
    mutating func field(_ name: StaticString, _ value: inout [String]) { value = ["\(next())", "", "z"] }
    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout Message?) {
        value = make()
    }
    mutating func field<Message: WireMessage>(_ name: StaticString, _ value: inout [Message]) {
        value = [make(), Message(), make()]
    }

    private mutating func make<Message: WireMessage>() -> Message {
        var message = Message()
        message.visitFields(&self)
        return message
    }
}
