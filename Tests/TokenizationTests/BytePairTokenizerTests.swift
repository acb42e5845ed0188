import Foundation
import StrictJSON
import Testing
import TestingSupport

@testable import Tokenization

@Suite struct BytePairTokenizerTests {
    private func tokenizer(_ name: String) throws -> BytePairTokenizer {
        try BytePairTokenizer(folder: Resources.url("byte-level/\(name)"))
    }

    @Test func wordsAreCutAsTheExpressionDoes() {
        let cases: [(String, [String])] = [
            ("", []), ("don't", ["don", "'t"]), ("it's we'll", ["it", "'s", " we", "'ll"]),
            ("'ve're", ["'ve", "'re"]),
            ("DON'T", ["DON", "'", "T"]), (" 's", [" '", "s"]), ("''ll", ["''", "ll"]),
            ("a  b", ["a", " ", " b"]),
            ("a\n\nb", ["a", "\n", "\n", "b"]), ("a \nb", ["a", " ", "\n", "b"]), ("a   ", ["a", "   "]),
            ("x1!", ["x", "1", "!"]), (" ½", [" ½"]), ("é日1", ["é日", "1"]), ("\u{3000}x", ["\u{3000}", "x"]),
            ("'", ["'"]), ("'l", ["'", "l"]),
        ]
        for (text, expected) in cases {
            let bytes = Array(text.utf8)
            var words = ByteLevelWords(bytes[...])
            var found: [String] = []
            while let word = words.next() { found.append(String(decoding: bytes[word], as: UTF8.self)) }
            #expect(found == expected, "\(text.debugDescription)")
        }
    }

    @Test func everyByteHasItsOwnSymbol() {
        #expect(Set(ByteLevelCharacters.symbols).count == 256)
        #expect(ByteLevelCharacters.symbols[0x20] == "Ġ" && ByteLevelCharacters.symbols[0x0A] == "Ċ")
        for (byte, symbol) in ByteLevelCharacters.symbols.enumerated() {
            #expect(ByteLevelCharacters.bytes(of: String(symbol)) == [UInt8(byte)])
        }
        #expect(ByteLevelCharacters.bytes(of: "日") == nil)
    }

    /// A full cache begins anew, and gives the same ids all the while.
    @Test func cacheStaysBoundedAndRight() throws {
        let cached = try tokenizer("gpt2")
        for number in stride(from: 0, to: 80_000, by: 1_000) {
            let text = (number..<number + 1_000).map { "w\($0)" }.joined(separator: "!x")
            #expect(
                cached.encode(text, maximumLength: .max)
                    == (try tokenizer("gpt2")).encode(text, maximumLength: .max))
        }
    }

    @Test func manyThreadsGetTheSameIDs() async throws {
        let shared = try tokenizer("roberta")
        let texts = (0..<64).map { "the cat sat \($0) on the mat, don't it? \($0 * 7)" }
        let expected = texts.map { shared.encode($0, maximumLength: 64) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { texts.map { shared.encode($0, maximumLength: 64) } == expected }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }

    @Test func fingerprintsFollowTheFiles() throws {
        #expect(try tokenizer("roberta").fingerprint == tokenizer("roberta").fingerprint)
        #expect(try tokenizer("roberta").fingerprint != tokenizer("gpt2").fingerprint)
    }

    @Test(arguments: [
        ("\"ByteLevel\",\"add", "\"Whitespace\",\"add", "pre_tokenizer"),
        ("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}", "normalizer"),
        ("\"dropout\":null", "\"dropout\":0.1", "dropout"),
        ("\"byte_fallback\":false", "\"byte_fallback\":true", "byte_fallback"),
        ("\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"</w>\"", "end_of_word_suffix"),
        ("\"RobertaProcessing\"", "\"Other\"", "Other"),
        ("\"type\":\"BPE\"", "\"type\":\"Unigram\"", "BPE"),
        ("\"A\":36,", "", "byte 65"),
        ("[\"t\",\"h\"]", "[\"t\",\"zzz\"]", "merge 1"),
        ("[\"t\",\"h\"]", "[\"t\"]", "merge 1"),
        ("\"A\":36", "\"A\":37", "37"),
        ("\"A\":36", "\"A\":-1", "\"A\""),
        ("\"A\":36", "\"A\":2147483647", "\"A\""),
    ])
    func filesThatCannotBeFollowedAreRefused(old: String, new: String, mention: String) throws {
        try withTemporaryFolder { folder in
            let source = try Resources.url("byte-level/roberta/tokenizer.json")
            let text = try String(contentsOf: source, encoding: .utf8)
            try #require(text.contains(old))
            let changed = text.replacing(old, with: new, maxReplacements: 1)
            try Data(changed.utf8).write(to: folder.appendingPathComponent("tokenizer.json"))
            let error = try #require(throws: TokenizationError.self) { try BytePairTokenizer(folder: folder) }
            #expect(error.description.contains(mention), "\(error)")
            #expect(error.file.hasSuffix("tokenizer.json"))
        }
    }

    @Test(arguments: [("a b\nc\n", "line 2"), ("a b c\n", "line 1"), ("a zzz\n", "merge 1")])
    func brokenMergesNameTheirLine(merges: String, mention: String) throws {
        try withTemporaryFolder { folder in
            let vocabulary = folder.appendingPathComponent("vocab.json")
            try FileManager.default.copyItem(
                at: Resources.url("byte-level/gpt2-files/vocab.json"), to: vocabulary)
            let missing = try #require(throws: TokenizationError.self) {
                try BytePairTokenizer(folder: folder)
            }
            #expect(missing.code == .unreadable && missing.file.hasSuffix("merges.txt"))
            try Data(merges.utf8).write(to: folder.appendingPathComponent("merges.txt"))
            let error = try #require(throws: TokenizationError.self) { try BytePairTokenizer(folder: folder) }
            #expect(error.description.contains(mention), "\(error)")
        }
    }

    /// Text of its own kind: mixed words, half of them met before.
    @Test func speed() throws {
        let tokenizer = try tokenizer("gpt2")
        var lines: [String] = []
        for number in 0..<20_000 {
            lines.append(
                "The quick brown fox number \(number &* 7919 % 5000) jumps, doesn't it? Über naïve café!")
        }
        let bytes = lines.reduce(0) { $0 + $1.utf8.count }
        let duration = ContinuousClock().measure {
            for line in lines { _ = tokenizer.encode(line, maximumLength: 512) }
        }
        let rate = Double(bytes) / 1e6 / (duration / .seconds(1))
        print("byte pairs: \(rate.formatted(.number.precision(.fractionLength(1)))) MB/s")
        #expect(rate > 1)
    }
}
