import Foundation
import Testing
import TestingSupport

@testable import Tokenization

@Suite struct TokenizerCatalogTests {
    @Test(arguments: ["uncased", "vocabulary-text"])
    func wordPiece(folder: String) throws {
        #expect(try TokenizerCatalog.load(folder: Resources.url(folder)) is WordPieceTokenizer)
    }

    @Test(arguments: ["roberta", "roberta-files", "template"])
    func bytePairs(folder: String) throws {
        let url = try Resources.url("byte-level/\(folder)")
        let tokenizer = try #require(TokenizerCatalog.load(folder: url) as? BytePairTokenizer)
        #expect(tokenizer.encode("", maximumLength: 8) == [0, 2])
    }

    @Test(arguments: ["gpt2", "gpt2-files"])
    func anEmptyTextBecomesTheEndOfADocument(folder: String) throws {
        let url = try Resources.url("byte-level/\(folder)")
        let plain = try BytePairTokenizer(folder: url)
        let loaded = try TokenizerCatalog.load(folder: url)
        #expect(plain.encode("", maximumLength: 8).isEmpty)
        #expect(loaded.encode("", maximumLength: 8) == [0])
        #expect(loaded.encode("a cat", maximumLength: 8) == plain.encode("a cat", maximumLength: 8))
        #expect(loaded.vocabularySize == plain.vocabularySize)
        #expect(loaded.fingerprint != plain.fingerprint)
    }

    @Test func foldersWithoutATokenizerAreRefused() throws {
        try withTemporaryFolder { folder in
            let missing = try #require(throws: TokenizationError.self) {
                try TokenizerCatalog.load(folder: folder)
            }
            #expect(missing.code == .unreadable && missing.description.contains("merges.txt"))
            try Data(#"{"model": {"type": "Unigram"}}"#.utf8).write(
                to: folder.appendingPathComponent("tokenizer.json"))
            let other = try #require(throws: TokenizationError.self) {
                try TokenizerCatalog.load(folder: folder)
            }
            #expect(other.code == .unsupported && other.description.contains("Unigram"))
        }
    }
}
