import Foundation
import StrictJSON
import Testing

@testable import Tokenization

/// Ids that the tokenizers library gave; see make_byte_level_references.py.
@Suite struct BytePairReferenceTests {
    struct Folder: Sendable {
        let name: String
        /// Where the ids are.
        let reference: String
    }

    static let folders = [
        Folder(name: "gpt2", reference: "gpt2"), Folder(name: "gpt2-files", reference: "gpt2"),
        Folder(name: "roberta", reference: "roberta"), Folder(name: "roberta-files", reference: "roberta"),
        Folder(name: "template", reference: "template"),
    ]

    @Test(arguments: folders)
    func idsEqualTheReference(folder: Folder) throws {
        let tokenizer = try BytePairTokenizer(folder: Resources.url("byte-level/\(folder.name)"))
        let texts = try #require(Resources.json("byte-level/texts.json").array).map {
            try #require($0.string)
        }
        let reference = try Resources.json("byte-level/\(folder.reference)/reference.json")
        let expected = try #require(reference["ids"]?.array)
        try #require(texts.count == expected.count && texts.count > 300)
        for (index, (text, ids)) in zip(texts, expected).enumerated() {
            // Twice: the second time words come from the cache.
            for _ in 0..<2 {
                #expect(
                    tokenizer.encode(text, maximumLength: 100_000) == Self.ids(ids),
                    "text \(index): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
            }
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
