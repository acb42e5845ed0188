/// A token that is found in the text itself, before words are cut: "[SEP]" written out is one token.
struct AddedToken: Sendable, Equatable {
    struct Rules: Sendable, Equatable {
        /// Not within a longer word.
        var isSingleWord = false
        /// Takes the white space before it.
        var stripsLeft = false
        /// Takes the white space after it.
        var stripsRight = false
        /// Looked for in normalised text instead of the original.
        var isNormalized = false
    }

    var text: String
    var id: Int32
    var rules = Rules()
}

/// Finds added tokens: leftmost first, and the longest of those that begin at one place.
struct AddedTokenMatcher: Sendable {
    struct Match: Equatable {
        /// In code points of the text.
        var range: Range<Int>
        var id: Int32
    }

    private struct Pattern: Sendable {
        var codePoints: [UInt32]
        var token: AddedToken
    }

    /// Longest first, by first code point.
    private var patterns: [UInt32: [Pattern]] = [:]
    /// Whether some pattern begins with this ASCII character.
    private var asciiBeginnings = [Bool](repeating: false, count: 128)

    /// - Parameter normalizer: applied to the tokens themselves, for those looked for in normalised text.
    init(_ tokens: [AddedToken], normalizer: BertNormalizer? = nil) {
        for token in tokens {
            var codePoints = token.text.unicodeScalars.map(\.value)
            if let normalizer { codePoints = normalizer.normalize(codePoints) }
            guard let first = codePoints.first else { continue }
            patterns[first, default: []].append(Pattern(codePoints: codePoints, token: token))
            if first < 128 { asciiBeginnings[Int(first)] = true }
        }
        for key in patterns.keys { patterns[key]?.sort { $0.codePoints.count > $1.codePoints.count } }
    }

    var isEmpty: Bool { patterns.isEmpty }

    /// Whether ASCII text can hold a match at all: a cheap test.
    func mayMatch(asciiText: [UInt8]) -> Bool { asciiText.contains { asciiBeginnings[Int($0)] } }

    func matches(in text: [UInt32]) -> [Match] {
        var found: [Match] = []
        var free = 0
        var index = 0
        while index < text.count {
            guard let pattern = longestPattern(in: text, at: index) else {
                index += 1
                continue
            }
            var range = index..<index + pattern.codePoints.count
            // The search goes on behind a token that is passed over, as in the reference.
            index = range.upperBound
            let rules = pattern.token.rules
            if rules.isSingleWord && !Self.standsAlone(range, in: text) { continue }
            if rules.stripsLeft {
                range = Self.spaceStart(before: range.lowerBound, in: text)..<range.upperBound
            }
            if rules.stripsRight {
                range = range.lowerBound..<Self.spaceEnd(after: range.upperBound, in: text)
            }
            range = max(range.lowerBound, free)..<max(range.upperBound, free)
            found.append(Match(range: range, id: pattern.token.id))
            free = range.upperBound
        }
        return found
    }

    private func longestPattern(in text: [UInt32], at index: Int) -> Pattern? {
        patterns[text[index]]?.first { text[index...].starts(with: $0.codePoints) }
    }

    private static func standsAlone(_ range: Range<Int>, in text: [UInt32]) -> Bool {
        let followsWord = range.lowerBound > 0 && isWordCharacter(text[range.lowerBound - 1])
        let precedesWord = range.upperBound < text.count && isWordCharacter(text[range.upperBound])
        return !followsWord && !precedesWord
    }

    /// `\w` of regular expressions (Unicode technical standard 18).
    private static func isWordCharacter(_ codePoint: UInt32) -> Bool {
        guard let properties = Unicode.Scalar(codePoint)?.properties else { return false }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return properties.isAlphabetic || properties.isJoinControl
        }
    }

    private static func spaceStart(before index: Int, in text: [UInt32]) -> Int {
        var start = index
        while start > 0, isWhitespace(text[start - 1]) { start -= 1 }
        return start
    }

    private static func spaceEnd(after index: Int, in text: [UInt32]) -> Int {
        var end = index
        while end < text.count, isWhitespace(text[end]) { end += 1 }
        return end
    }

    private static func isWhitespace(_ codePoint: UInt32) -> Bool {
        UnicodeProperties.shared.flags(of: codePoint).contains(.whitespace)
    }
}
