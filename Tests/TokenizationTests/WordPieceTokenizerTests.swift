import Foundation
import StrictJSON
import Testing
import TestingSupport

@testable import Tokenization

@Suite struct WordPieceTokenizerTests {
    @Test func fingerprintFollowsWhatDecidesIDs() throws {
        let uncased = try WordPieceTokenizer(folder: Resources.url("uncased"))
        let again = try WordPieceTokenizer(folder: Resources.url("uncased"))
        let cased = try WordPieceTokenizer(folder: Resources.url("cased"))
        #expect(uncased.fingerprint == again.fingerprint)
        #expect(uncased.fingerprint != cased.fingerprint)
    }

    /// They may name the special tokens again; how others are matched is not said there.
    @Test func tokensAddedToAVocabularyFileAreNotPassedOver() throws {
        try withTemporaryFolder { folder in
            let added = folder.appendingPathComponent("added_tokens.json")
            try Data("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n".utf8)
                .write(to: folder.appendingPathComponent("vocab.txt"))
            try Data(#"{"[CLS]": 2}"#.utf8).write(to: added)
            #expect(try WordPieceTokenizer(folder: folder).encode("a", maximumLength: 8) == [2, 5, 3])
            for contents in [#"{"[CLS]": 7}"#, #"{"<user>": 6}"#] {
                try Data(contents.utf8).write(to: added)
                let error = try #require(throws: TokenizationError.self) {
                    try WordPieceTokenizer(folder: folder)
                }
                #expect(error.code == .unsupported && error.file == added.path)
            }
        }
    }

    @Test func specialTokensStayWhereThereIsNoRoom() throws {
        let tokenizer = try WordPieceTokenizer(folder: Resources.url("uncased"))
        #expect(tokenizer.encode("hello world", maximumLength: 0) == [2, 3])
        #expect(tokenizer.encode("hello world", maximumLength: 2) == [2, 3])
        #expect(tokenizer.encode("hello world", maximumLength: 3).count == 3)
    }

    /// The byte path and the general path must agree; the general one is forced by a trailing accent, which
    /// normalisation drops.
    @Test func asciiPathAgreesWithGeneralPath() throws {
        let tokenizer = try WordPieceTokenizer(folder: Resources.url("uncased"))
        var state: UInt64 = 7
        for _ in 0..<300 {
            let bytes = (0..<40).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 57)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(
                tokenizer.encode(text, maximumLength: 100)
                    == tokenizer.encode(text + "\u{301}", maximumLength: 100))
        }
    }

    @Test(arguments: [
        ("{", "not valid JSON"),
        (#"{"normalizer": null}"#, "\"normalizer\" is missing"),
        (#"{"normalizer": {"type": "NFKC"}}"#, "\"NFKC\""),
        (#"{"normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "ByteLevel"}}"#, "ByteLevel"),
        (prefix + #""model": {"type": "BPE"}}"#, "BPE"),
        (prefix + #""model": {"type": "WordPiece"}}"#, "vocab"),
        (prefix + #""model": {"type": "WordPiece", "vocab": {"a": -1}}}"#, "whole number"),
        (prefix + #""model": {"type": "WordPiece", "vocab": {"a": 0, "b": 0}}}"#, "another token"),
        (prefix + #""model": {"type": "WordPiece", "vocab": {"a": 0, "a": 1}}}"#, "twice"),
        (prefix + #""model": {"type": "WordPiece", "vocab": {"a": 0}}}"#, "[UNK]"),
        (
            prefix + #""model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}, "added_tokens": [{}]}"#,
            "added_tokens"
        ),
        (
            prefix
                + #""model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}, "post_processor": {"type": "X"}}"#,
            "\"X\""
        ),
    ])
    func badFileIsRefused(contents: String, reason: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizer-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(contents.utf8).write(to: folder.appendingPathComponent("tokenizer.json"))
        let error = try #require(throws: TokenizationError.self) { try WordPieceTokenizer(folder: folder) }
        #expect(error.description.contains(reason), "\(error)")
        #expect(error.file.hasSuffix("tokenizer.json"))
    }

    @Test func emptyFolderIsRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nothing-\(UUID())")
        let error = try #require(throws: TokenizationError.self) { try WordPieceTokenizer(folder: folder) }
        #expect(error.code == .unreadable)
    }

    private static let prefix =
        #"{"normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"}, "#
}
