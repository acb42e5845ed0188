import Foundation
import StrictJSON
import Testing
import TestingSupport

@testable import Tokenization

/// Ids that transformers and the SentencePiece library gave; see make_sentencepiece_references.py.
@Suite struct SentencePieceTests {
    private func folder() throws -> URL { try Resources.url("sentencepiece") }

    @Test func idsEqualTheReference() throws {
        let tokenizer = try SentencePieceTokenizer(folder: folder())
        let references = try #require(Resources.json("sentencepiece/references.json").array)
        try #require(references.count > 400)
        var ofTransformers = 0
        for reference in references {
            let text = try #require(reference["text"]?.string)
            let expected = try #require((reference["library"] ?? reference["ids"])?.array).map(\.integer)
            let got = tokenizer.encode(text, maximumLength: 100_000)
            #expect(
                got.map { Int($0) } == expected, "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
            if reference["library"] == nil { ofTransformers += 1 }
        }
        #expect(ofTransformers > 430)
        #expect(tokenizer.vocabularySize == 430)
    }

    @Test(arguments: 0...5)
    func longTextsLoseTheirEnd(limit: Int) throws {
        let tokenizer = try SentencePieceTokenizer(folder: folder())
        for text in ["the quick <extra_id_3> fox", "<extra_id_1><extra_id_2> a b c"] {
            let whole = tokenizer.encode(text, maximumLength: 100)
            let cut = tokenizer.encode(text, maximumLength: limit)
            #expect(cut == whole.prefix(max(0, limit - 1)) + [1])
        }
    }

    @Test func theCatalogKnowsTheFile() throws {
        #expect(try TokenizerCatalog.load(folder: folder()) is SentencePieceTokenizer)
    }

    @Test func sentinelsFollowTheConfiguration() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                at: self.folder().appending(path: "spiece.model"), to: folder.appending(path: "spiece.model"))
            try Data(#"{"extra_ids": 2}"#.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
            let tokenizer = try SentencePieceTokenizer(folder: folder)
            #expect(tokenizer.vocabularySize == 332)
            #expect(tokenizer.encode("<extra_id_0><extra_id_1>", maximumLength: 9) == [331, 330, 1])
            #expect(try tokenizer.fingerprint != SentencePieceTokenizer(folder: self.folder()).fingerprint)
            try Data(#"{"extra_ids": -2}"#.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
            let error = try #require(throws: TokenizationError.self) {
                try SentencePieceTokenizer(folder: folder)
            }
            #expect(error.code == .malformed && error.description.contains("extra_ids"))
        }
    }

    /// Cut off, emptied, overwritten, or of another kind.
    @Test(arguments: ["empty", "cut", "noise", "text", "missing"])
    func damagedModelsAreRefused(damage: String) throws {
        var bytes = try Data(contentsOf: folder().appending(path: "spiece.model"))
        switch damage {
        case "empty": bytes = Data()
        case "cut": bytes = bytes.prefix(bytes.count / 2)
        case "noise": for index in 100..<4000 { bytes[index] = UInt8(truncatingIfNeeded: index &* 167) }
        case "text": bytes = Data("[PAD]\n[UNK]\n".utf8)
        default: break
        }
        try withTemporaryFolder { folder in
            if damage != "missing" { try bytes.write(to: folder.appending(path: "spiece.model")) }
            let error = try #require(throws: TokenizationError.self) {
                try SentencePieceTokenizer(folder: folder)
            }
            #expect(error.code == (damage == "missing" ? .unreadable : .malformed))
            #expect(error.description.contains("spiece.model"))
        }
    }
}
