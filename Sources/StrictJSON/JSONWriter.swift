extension JSONValue {
    /// The value as JSON text: two spaces to a level, members in their order, ASCII controls escaped, a line
    /// end at the end. The same value gives the same bytes.
    public var indentedBytes: [UInt8] {
        var writer = JSONWriter(isIndented: true)
        writer.write(self, level: 0)
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// The value as JSON text without white space.
    public var compactBytes: [UInt8] {
        var writer = JSONWriter(isIndented: false)
        writer.write(self, level: 0)
        return writer.bytes
    }
}

private struct JSONWriter {
    let isIndented: Bool
    var bytes: [UInt8] = []

    init(isIndented: Bool) { self.isIndented = isIndented }

    mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: write("null")
        case .bool(let value): write(value ? "true" : "false")
        case .integer(let value): write(String(value))
        case .number(let value): write(String(value))
        case .string(let text): writeQuoted(text)
        case .array(let elements):
            writeSequence(elements, "[", "]", level: level) { $0.write($1, level: level + 1) }
        case .object(let members):
            writeSequence(members, "{", "}", level: level) { writer, member in
                writer.writeQuoted(member.name)
                writer.write(writer.isIndented ? ": " : ":")
                writer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func writeSequence<Element>(
        _ elements: [Element], _ opening: String, _ closing: String, level: Int,
        _ writeElement: (inout JSONWriter, Element) -> Void
    ) {
        write(opening)
        for (index, element) in elements.enumerated() {
            if index > 0 { write(",") }
            writeLineBreak(level: level + 1)
            writeElement(&self, element)
        }
        if !elements.isEmpty { writeLineBreak(level: level) }
        write(closing)
    }

    private mutating func writeLineBreak(level: Int) {
        guard isIndented else { return }
        write("\n" + String(repeating: "  ", count: level))
    }

    private mutating func writeQuoted(_ text: String) {
        write("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\\"): write("\\\\")
            case 0x0A: write("\\n")
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                write("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: bytes.append(byte)
            }
        }
        write("\"")
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
