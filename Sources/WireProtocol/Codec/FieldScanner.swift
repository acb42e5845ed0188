/// Goes through the fields of an encoded message at its top level, without trusting any length.
struct FieldScanner {
    struct Field {
        let tag: UInt32
        /// Where the field begins, its key included.
        let start: Int
        let value: Value
    }

    enum Value {
        case number(UInt64)
        /// The place of a length-delimited field's content.
        case content(Range<Int>)
        /// A fixed-size number, skipped.
        case fixed
    }

    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private var position: Int

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field, or nil at the end.
    ///
    /// - Throws: `WireError.malformed` where the bytes are no protocol buffer.
    mutating func next() throws -> Field? {
        guard position < end else { return nil }
        let start = position
        let key = try varint()
        guard let tag = UInt32(exactly: key >> 3), tag > 0 else {
            throw malformed("a field's number is out of range")
        }
        switch key & 7 {
        case 0: return Field(tag: tag, start: start, value: .number(try varint()))
        case 1: return Field(tag: tag, start: start, value: try skip(8))
        case 5: return Field(tag: tag, start: start, value: try skip(4))
        case 2:
            let length = try varint()
            guard length <= UInt64(end - position) else {
                throw malformed("a field is longer than its message")
            }
            let content = position..<position + Int(length)
            position = content.upperBound
            return Field(tag: tag, start: start, value: .content(content))
        default: throw malformed("a field is of no known wire type")
        }
    }

    private mutating func skip(_ count: Int) throws -> Value {
        guard end - position >= count else { throw malformed("it ends within a field") }
        position += count
        return .fixed
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw malformed("it ends within a number") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
        }
        throw malformed("a number is longer than ten bytes")
    }

    private func malformed(_ detail: String) -> WireError {
        WireError(.malformed, "a message of \(bytes.count) bytes is malformed: \(detail)")
    }
}
