/// What the normaliser asks about code points, unpacked once from `UnicodeTables`.
///
/// Own tables instead of the standard library's: the reference pins older Unicode versions, and ids must not
/// change with the toolchain.
struct UnicodeProperties: Sendable {
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt16

        static let dropped = Flags(rawValue: 1)
        static let cleanedToSpace = Flags(rawValue: 2)
        static let chinese = Flags(rawValue: 4)
        static let nonspacingMark = Flags(rawValue: 8)
        static let whitespace = Flags(rawValue: 16)
        static let punctuation = Flags(rawValue: 32)
        static let hasDecomposition = Flags(rawValue: 64)
        static let hasLowercase = Flags(rawValue: 128)
        static let isCombining = Flags(rawValue: 256)
    }

    static let shared = UnicodeProperties()

    private var flags = [Flags](repeating: [], count: 0x110000)
    private var lowercase: [UInt32: [UInt32]] = [:]
    private var decompositions: [UInt32: [UInt32]] = [:]
    private var combiningClasses: [UInt32: UInt8] = [:]

    private init() {
        mark(UnicodeTables.dropped, .dropped)
        mark(UnicodeTables.cleanedToSpace, .cleanedToSpace)
        mark(UnicodeTables.chinese, .chinese)
        mark(UnicodeTables.nonspacingMarks, .nonspacingMark)
        mark(UnicodeTables.whitespace, .whitespace)
        mark(UnicodeTables.punctuation, .punctuation)
        for entry in Self.entries(UnicodeTables.lowercase) {
            for (distance, codePoint) in entry.keys.enumerated() {
                flags[Int(codePoint)].insert(.hasLowercase)
                lowercase[codePoint] =
                    entry.values.count == 1
                    ? [entry.values[0] + UInt32(distance) * entry.stride] : entry.values
            }
        }
        for entry in Self.entries(UnicodeTables.decompositions) {
            flags[Int(entry.first)].insert(.hasDecomposition)
            decompositions[entry.first] = entry.values
        }
        for entry in Self.entries(UnicodeTables.combiningClasses) {
            for codePoint in entry.keys {
                flags[Int(codePoint)].insert(.isCombining)
                combiningClasses[codePoint] = UInt8(entry.values[0])
            }
        }
        for syllable in HangulSyllable.all { flags[Int(syllable)].insert(.hasDecomposition) }
    }

    func flags(of codePoint: UInt32) -> Flags { flags[Int(codePoint)] }

    func lowercaseMapping(of codePoint: UInt32) -> [UInt32] { lowercase[codePoint] ?? [codePoint] }

    /// The full canonical decomposition, combining marks in canonical order.
    func decomposition(of codePoint: UInt32) -> [UInt32] {
        decompositions[codePoint] ?? HangulSyllable.decomposition(of: codePoint)
    }

    func combiningClass(of codePoint: UInt32) -> UInt8 { combiningClasses[codePoint] ?? 0 }

    private mutating func mark(_ table: String, _ flag: Flags) {
        for entry in Self.entries(table) {
            for codePoint in entry.first...entry.last { flags[Int(codePoint)].insert(flag) }
        }
    }

    /// `first`, `first-last` or `first-last+stride`, then perhaps `:value,value`; numbers in hexadecimal.
    private struct Entry {
        var first: UInt32
        var last: UInt32
        var stride: UInt32 = 1
        var values: [UInt32] = []

        var keys: some Sequence<UInt32> { Swift.stride(from: first, through: last, by: Int(stride)) }
    }

    private static func entries(_ table: String) -> [Entry] {
        table.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }.map { text in
            var numbers: [UInt32] = [0]
            var entry = Entry(first: 0, last: 0)
            var separators: [UInt8] = []
            for byte in text {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    numbers[numbers.count - 1] =
                        numbers[numbers.count - 1] << 4 + UInt32(byte - UInt8(ascii: "0"))
                case UInt8(ascii: "A")...UInt8(ascii: "F"):
                    numbers[numbers.count - 1] =
                        numbers[numbers.count - 1] << 4 + UInt32(byte - UInt8(ascii: "A") + 10)
                default:
                    separators.append(byte)
                    numbers.append(0)
                }
            }
            entry.first = numbers[0]
            entry.last = numbers[0]
            for (separator, number) in zip(separators, numbers.dropFirst()) {
                switch separator {
                case UInt8(ascii: "-"): entry.last = number
                case UInt8(ascii: "+"): entry.stride = number
                default: entry.values.append(number)
                }
            }
            return entry
        }
    }
}

/// Hangul syllables are laid out so that their parts follow by division (Unicode, section 3.12).
private enum HangulSyllable {
    static let all: ClosedRange<UInt32> = 0xAC00...0xD7A3

    static func decomposition(of codePoint: UInt32) -> [UInt32] {
        guard all.contains(codePoint) else { return [codePoint] }
        let index = codePoint - 0xAC00
        let leadAndVowel = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
        return index % 28 == 0 ? leadAndVowel : leadAndVowel + [0x11A7 + index % 28]
    }
}
