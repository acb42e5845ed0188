import Foundation
import StrictJSON
import Testing
import TestingSupport

@testable import Tokenization

/// Ids that the tokenizers library gave; see make_references.py.
@Suite struct WordPieceReferenceTests {
    static let folders = [
        "uncased", "cased", "cased-without-accents", "uncased-with-accents", "bare", "added",
        "vocabulary-text",
    ]

    @Test(arguments: folders)
    func smallVocabulary(folder: String) throws {
        let url = try Resources.url(folder)
        try check(WordPieceTokenizer(folder: url), against: url.appendingPathComponent("reference.json"))
    }

    @Test(.enabled(if: RealInput.miniLM != nil, "no all-MiniLM-L6-v2 here: set GRAFT_MINILM to its folder"))
    func miniLM() throws {
        let folder = try #require(RealInput.miniLM)
        let tokenizer = try WordPieceTokenizer(folder: folder)
        #expect(tokenizer.vocabularySize == 30522)
        try check(tokenizer, against: Resources.url("minilm.json"))
    }

    private func check(_ tokenizer: WordPieceTokenizer, against file: URL) throws {
        let texts = try #require(Resources.json("texts.json").array).map { try #require($0.string) }
        let reference = try JSONValue(parsing: Data(contentsOf: file))
        let expected = try #require(reference["ids"]?.array)
        try #require(texts.count == expected.count && texts.count > 300)
        for (index, (text, ids)) in zip(texts, expected).enumerated() {
            let got = tokenizer.encode(text, maximumLength: 512)
            #expect(
                got == Self.ids(ids),
                "text \(index): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
        for cut in try #require(reference["cut"]?.array) {
            let text = texts[try #require(cut["text"]?.integer)]
            let limit = try #require(cut["maximumLength"]?.integer)
            #expect(tokenizer.encode(text, maximumLength: limit) == Self.ids(cut["ids"]))
        }
    }

    private static func ids(_ value: JSONValue?) -> [Int32] {
        (value?.array ?? []).compactMap { $0.integer.map(Int32.init) }
    }
}
