/// The alphabet of byte-level tokenizers, and the classes of characters that their words are cut by.
enum ByteLevelCharacters {
    enum Kind {
        static let other: UInt8 = 0
        static let letter: UInt8 = 1
        static let number: UInt8 = 2
        static let whitespace: UInt8 = 3
    }

    /// The kind of every code point.
    static let kinds: [UInt8] = {
        var kinds = [UInt8](repeating: Kind.other, count: 0x110000)
        let tables = [
            (ByteLevelTables.letters, Kind.letter), (ByteLevelTables.numbers, Kind.number),
            (ByteLevelTables.whitespace, Kind.whitespace),
        ]
        for (table, kind) in tables {
            for text in table.split(whereSeparator: \.isWhitespace) {
                let bounds = text.split(separator: "-").compactMap { Int($0, radix: 16) }
                guard let first = bounds.first, let last = bounds.last else { continue }
                for codePoint in first...last { kinds[codePoint] = kind }
            }
        }
        return kinds
    }()

    /// The character that stands for each byte in vocabularies: printable Latin-1 for itself, the other bytes
    /// from U+0100 on, in order (Radford et al. 2019).
    static let symbols: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (UInt32(0)..<256).map { byte in
            if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE {
                return Unicode.Scalar(UInt8(byte))
            }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? " "
        }
    }()

    private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
        uniqueKeysWithValues: symbols.enumerated().map { ($0.element, UInt8($0.offset)) })

    /// The bytes that a vocabulary's entry stands for; `nil` where it has characters outside the alphabet, as
    /// some added tokens have.
    static func bytes(of token: String) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}
