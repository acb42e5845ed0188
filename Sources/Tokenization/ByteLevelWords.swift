/// Cuts UTF-8 text into the words that byte pairs are merged within, as GPT-2's regular expression does:
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// By hand, since it is asked for every character of a corpus. Every byte belongs to exactly one word.
struct ByteLevelWords {
    private typealias Kind = ByteLevelCharacters.Kind

    private let text: ArraySlice<UInt8>
    private let kinds = ByteLevelCharacters.kinds
    private var position: Int

    /// - Parameter text: valid UTF-8, cut at code points.
    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        position = text.startIndex
    }

    /// The bytes of the next word; `nil` behind the last.
    mutating func next() -> Range<Int>? {
        guard position < text.endIndex else { return nil }
        let start = position
        position = contractionEnd(from: start) ?? runEnd(from: start) ?? whitespaceEnd(from: start)
        return start..<position
    }

    private func contractionEnd(from start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < text.endIndex else { return nil }
        let second = text[start + 1]
        switch second {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
            let third = second == UInt8(ascii: "l") ? second : UInt8(ascii: "e")
            return start + 2 < text.endIndex && text[start + 2] == third ? start + 3 : nil
        default: return nil
        }
    }

    /// A run of letters, numbers or other signs with the space before it; `nil` where white space stands here.
    private func runEnd(from start: Int) -> Int? {
        let first = text[start] == 0x20 ? start + 1 : start
        guard first < text.endIndex else { return nil }
        let (kind, end) = character(at: first)
        return kind == Kind.whitespace ? nil : self.end(ofRun: kind, from: end)
    }

    /// A run of white space, but for its last character where a word follows: a space belongs to that word, and
    /// any other character is cut off as well.
    private func whitespaceEnd(from start: Int) -> Int {
        var last = start
        var end = character(at: start).end
        while end < text.endIndex {
            let next = character(at: end)
            guard next.kind == Kind.whitespace else { return last == start ? end : last }
            last = end
            end = next.end
        }
        return end
    }

    private func end(ofRun kind: UInt8, from start: Int) -> Int {
        var end = start
        while end < text.endIndex {
            let next = character(at: end)
            guard next.kind == kind else { break }
            end = next.end
        }
        return end
    }

    @inline(__always)
    private func character(at index: Int) -> (kind: UInt8, end: Int) {
        let lead = text[index]
        if lead < 0x80 { return (kinds[Int(lead)], index + 1) }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var codePoint = Int(lead) & (0x7F >> length)
        for offset in 1..<length { codePoint = codePoint << 6 | Int(text[index + offset]) & 0x3F }
        return (kinds[codePoint], index + length)
    }
}
