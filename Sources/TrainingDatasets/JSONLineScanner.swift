/// Reads one JSON object of a JSON Lines file and keeps the values of some keys as text.
///
/// Strings are unescaped; numbers and booleans are kept as they are written, so that the label `1` is "1" and
/// `true` is "true". Other values, and the values of other keys, are checked and passed over.
struct JSONLineScanner {
    /// A line that is not a JSON object. The byte counts from 0.
    struct Failure: Error {
        var reason: String
        var byte: Int
    }

    /// What a key of interest holds.
    enum Value: Equatable {
        case text(String)
        case null
        /// A list or an object.
        case compound
    }

    /// Lists in lists are followed this deep.
    private static let maximumDepth = 64

    private let bytes: [UInt8]
    private var cursor = 0
    /// The object's own keys in their order, where they are asked for.
    private var collectedKeys: [String]?

    /// The values of `keys` in the object that `bytes` is; `nil` for absent ones. Throws `Failure`.
    static func values(of keys: [String], in bytes: [UInt8]) throws -> [Value?] {
        var scanner = JSONLineScanner(bytes: bytes)
        return try scanner.object(keys)
    }

    /// The keys of the object that `bytes` is, in their order. Throws `Failure`.
    static func keys(in bytes: [UInt8]) throws -> [String] {
        var scanner = JSONLineScanner(bytes: bytes)
        scanner.collectedKeys = []
        _ = try scanner.object([])
        return scanner.collectedKeys ?? []
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func object(_ keys: [String]) throws -> [Value?] {
        var values = [Value?](repeating: nil, count: keys.count)
        skipSpace()
        guard take(0x7B) else { throw failure("a JSON object {…} is expected") }
        skipSpace()
        if !take(0x7D) {
            repeat {
                skipSpace()
                let key = try string()
                collectedKeys?.append(key)
                skipSpace()
                guard take(0x3A) else {
                    throw failure("a colon is expected after the key \"\(key.prefix(40))\"")
                }
                let value = try value(depth: 1)
                if let index = keys.firstIndex(of: key) {
                    guard values[index] == nil else { throw failure("the key \"\(key)\" is there twice") }
                    values[index] = value
                }
                skipSpace()
            } while take(0x2C)
            guard take(0x7D) else { throw failure("a comma or } is expected") }
        }
        skipSpace()
        guard cursor == bytes.count else { throw failure("text follows the object; each line holds one") }
        return values
    }

    private mutating func value(depth: Int) throws -> Value {
        skipSpace()
        guard cursor < bytes.count else { throw failure("the line ends where a value is expected") }
        switch bytes[cursor] {
        case 0x22: return .text(try string())
        case 0x7B, 0x5B:
            try skipCompound(depth: depth)
            return .compound
        case 0x74: return try word("true", .text("true"))
        case 0x66: return try word("false", .text("false"))
        case 0x6E: return try word("null", .null)
        default: return .text(try number())
        }
    }

    private mutating func skipCompound(depth: Int) throws {
        guard depth < Self.maximumDepth else {
            throw failure("lists are nested deeper than \(Self.maximumDepth)")
        }
        let isObject = bytes[cursor] == 0x7B
        let close: UInt8 = isObject ? 0x7D : 0x5D
        cursor += 1
        skipSpace()
        if take(close) { return }
        repeat {
            if isObject {
                skipSpace()
                _ = try string()
                skipSpace()
                guard take(0x3A) else { throw failure("a colon is expected") }
            }
            _ = try value(depth: depth + 1)
            skipSpace()
        } while take(0x2C)
        guard take(close) else { throw failure("a comma or \(isObject ? "}" : "]") is expected") }
    }

    private mutating func word(_ word: String, _ value: Value) throws -> Value {
        guard bytes[cursor...].starts(with: word.utf8) else { throw failure("a value is expected") }
        cursor += word.utf8.count
        return value
    }

    /// RFC 8259: `-? (0 | 1-9 digits) (. digits)? (e [+-]? digits)?`
    private mutating func number() throws -> String {
        let start = cursor
        _ = take(0x2D)
        let integerStart = cursor
        guard skipDigits() > 0 else { throw failure("a value is expected") }
        guard bytes[integerStart] != 0x30 || cursor == integerStart + 1 else {
            throw failure("a number does not start with 0")
        }
        if take(0x2E) {
            guard skipDigits() > 0 else { throw failure("digits are expected after the point") }
        }
        if take(0x65) || take(0x45) {
            if !take(0x2B) { _ = take(0x2D) }
            guard skipDigits() > 0 else { throw failure("digits are expected in the exponent") }
        }
        return String(decoding: bytes[start..<cursor], as: UTF8.self)
    }

    private mutating func string() throws -> String {
        guard take(0x22) else { throw failure("a string is expected") }
        var unescaped: [UInt8] = []
        while true {
            let start = cursor
            while cursor < bytes.count, bytes[cursor] != 0x22, bytes[cursor] != 0x5C, bytes[cursor] >= 0x20 {
                cursor += 1
            }
            guard cursor < bytes.count else { throw failure("a string is not closed") }
            let run = bytes[start..<cursor]
            guard bytes[cursor] >= 0x20 else {
                throw failure("a control character stands in a string: escape it")
            }
            if take(0x22) {
                if unescaped.isEmpty { return String(decoding: run, as: UTF8.self) }
                unescaped.append(contentsOf: run)
                return String(decoding: unescaped, as: UTF8.self)
            }
            unescaped.append(contentsOf: run)
            cursor += 1
            try escape(into: &unescaped)
        }
    }

    /// The cursor is past the backslash.
    private mutating func escape(into text: inout [UInt8]) throws {
        guard cursor < bytes.count else { throw failure("a string is not closed") }
        let kind = bytes[cursor]
        cursor += 1
        switch kind {
        case 0x22, 0x5C, 0x2F: text.append(kind)
        case 0x62: text.append(8)
        case 0x66: text.append(12)
        case 0x6E: text.append(10)
        case 0x72: text.append(13)
        case 0x74: text.append(9)
        case 0x75: try unicodeEscape(into: &text)
        default: throw failure("a backslash is followed by no known escape")
        }
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) throws {
        var code = try fourDigits()
        if (0xD800...0xDBFF).contains(code) {
            guard take(0x5C), take(0x75) else { throw failure("half of a surrogate pair stands alone") }
            let low = try fourDigits()
            guard (0xDC00...0xDFFF).contains(low) else {
                throw failure("half of a surrogate pair stands alone")
            }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw failure("half of a surrogate pair stands alone")
        }
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func fourDigits() throws -> UInt32 {
        guard cursor + 4 <= bytes.count else {
            throw failure("four hexadecimal digits are expected after \\u")
        }
        var code: UInt32 = 0
        for byte in bytes[cursor..<(cursor + 4)] {
            switch byte {
            case 0x30...0x39: code = code << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: code = code << 4 | UInt32(byte - 0x41 + 10)
            case 0x61...0x66: code = code << 4 | UInt32(byte - 0x61 + 10)
            default: throw failure("four hexadecimal digits are expected after \\u")
            }
        }
        cursor += 4
        return code
    }

    private mutating func skipDigits() -> Int {
        let start = cursor
        while cursor < bytes.count, (0x30...0x39).contains(bytes[cursor]) { cursor += 1 }
        return cursor - start
    }

    private mutating func skipSpace() {
        while cursor < bytes.count, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[cursor]) { cursor += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard cursor < bytes.count, bytes[cursor] == byte else { return false }
        cursor += 1
        return true
    }

    private func failure(_ reason: String) -> Failure { Failure(reason: reason, byte: cursor) }
}
