import Foundation

/// BERT's tokenizer: WordPiece after BERT's normalisation, equal to the reference (the tokenizers library)
/// id by id. Text is cut at white space, punctuation is set apart, and each word becomes the longest pieces
/// of the vocabulary from the left (Wu et al. 2016, arXiv:1609.08144).
public final class WordPieceTokenizer: Tokenizer {
    private let configuration: WordPieceConfiguration
    private let vocabulary: WordPieceVocabulary
    private let unknownID: Int32
    private let originalTokens: AddedTokenMatcher
    private let normalizedTokens: AddedTokenMatcher
    private let asciiKinds: AsciiKinds
    public let vocabularySize: Int

    /// Loads the tokenizer of a model folder: `tokenizer.json` if it is there, else `vocab.txt` with
    /// `tokenizer_config.json`.
    ///
    /// - Throws: `TokenizationError` that names the file and what is wrong with it.
    public convenience init(folder: URL) throws {
        let json = folder.appendingPathComponent("tokenizer.json")
        let text = folder.appendingPathComponent("vocab.txt")
        if FileManager.default.fileExists(atPath: json.path) {
            try self.init(TokenizerJSONReader.read(json), file: json.path)
        } else if FileManager.default.fileExists(atPath: text.path) {
            try self.init(VocabularyTextReader.read(text), file: text.path)
        } else {
            throw TokenizationError(
                code: .unreadable,
                message:
                    "no tokenizer here: neither tokenizer.json nor vocab.txt; copy them from the model's source",
                file: folder.path)
        }
    }

    init(_ configuration: WordPieceConfiguration, file: String) throws {
        guard let unknownID = configuration.id(of: configuration.unknownToken) else {
            throw TokenizationError(
                code: .malformed,
                message: "the unknown token \"\(configuration.unknownToken)\" is not in the vocabulary",
                file: file)
        }
        self.configuration = configuration
        self.unknownID = unknownID
        vocabulary = WordPieceVocabulary(
            pieces: configuration.vocabulary, continuationPrefix: configuration.continuationPrefix)
        originalTokens = AddedTokenMatcher(configuration.addedTokens.filter { !$0.rules.isNormalized })
        normalizedTokens = AddedTokenMatcher(
            configuration.addedTokens.filter(\.rules.isNormalized), normalizer: configuration.normalizer)
        asciiKinds = AsciiKinds(configuration.normalizer)
        let ids = configuration.vocabulary.map(\.id) + configuration.addedTokens.map(\.id)
        vocabularySize = Int((ids + configuration.prefixIDs + configuration.suffixIDs).max() ?? 0) + 1
    }

    public var fingerprint: String { configuration.fingerprint }

    public func encode(_ text: String, maximumLength: Int) -> [Int32] {
        let limit = max(0, maximumLength - configuration.prefixIDs.count - configuration.suffixIDs.count)
        var ids = configuration.prefixIDs
        let content = contentIDs(of: text, limit: limit)
        ids.append(contentsOf: content.prefix(limit))
        ids.append(contentsOf: configuration.suffixIDs)
        return ids
    }

    /// Ids of the text alone; may stop once `limit` ids are there.
    private func contentIDs(of text: String, limit: Int) -> [Int32] {
        let bytes = Array(text.utf8)
        var ids: [Int32] = []
        if normalizedTokens.isEmpty, bytes.allSatisfy({ $0 < 0x80 }),
            originalTokens.isEmpty || !originalTokens.mayMatch(asciiText: bytes)
        {
            appendIDs(ofASCII: bytes, limit: limit, to: &ids)
            return ids
        }
        let codePoints = text.unicodeScalars.map(\.value)
        var free = 0
        for match in originalTokens.matches(in: codePoints) {
            appendIDs(ofUnnormalized: codePoints[free..<match.range.lowerBound], limit: limit, to: &ids)
            ids.append(match.id)
            free = match.range.upperBound
        }
        appendIDs(ofUnnormalized: codePoints[free...], limit: limit, to: &ids)
        return ids
    }

    private func appendIDs(ofUnnormalized text: ArraySlice<UInt32>, limit: Int, to ids: inout [Int32]) {
        guard !text.isEmpty, ids.count < limit else { return }
        let normalized = configuration.normalizer.normalize(text)
        var free = 0
        for match in normalizedTokens.isEmpty ? [] : normalizedTokens.matches(in: normalized) {
            appendIDs(ofNormalized: normalized[free..<match.range.lowerBound], limit: limit, to: &ids)
            ids.append(match.id)
            free = match.range.upperBound
        }
        appendIDs(ofNormalized: normalized[free...], limit: limit, to: &ids)
    }

    private func appendIDs(ofNormalized text: ArraySlice<UInt32>, limit: Int, to ids: inout [Int32]) {
        let properties = UnicodeProperties.shared
        var word = WordBuffer()
        for codePoint in text {
            let flags = properties.flags(of: codePoint)
            if flags.contains(.whitespace) {
                finish(&word, to: &ids)
                if ids.count >= limit { return }
            } else if flags.contains(.punctuation) {
                finish(&word, to: &ids)
                word.append(codePoint)
                finish(&word, to: &ids)
            } else {
                word.append(codePoint)
            }
        }
        finish(&word, to: &ids)
    }

    private func appendIDs(ofASCII text: [UInt8], limit: Int, to ids: inout [Int32]) {
        var word = WordBuffer()
        for byte in text {
            switch asciiKinds[byte] {
            case .word(let lowered): word.append(ascii: lowered)
            case .space:
                finish(&word, to: &ids)
                if ids.count >= limit { return }
            case .punctuation:
                finish(&word, to: &ids)
                word.append(ascii: byte)
                finish(&word, to: &ids)
            case .dropped: continue
            }
        }
        finish(&word, to: &ids)
    }

    private func finish(_ word: inout WordBuffer, to ids: inout [Int32]) {
        guard word.length > 0 else { return }
        if word.length > configuration.maximumWordLength {
            ids.append(unknownID)
        } else {
            vocabulary.appendPieces(of: word.bytes[...], unknown: unknownID, to: &ids)
        }
        word.clear()
    }
}

/// A word's bytes and its length in code points.
private struct WordBuffer {
    private(set) var bytes: [UInt8] = []
    private(set) var length = 0

    mutating func append(ascii byte: UInt8) {
        bytes.append(byte)
        length += 1
    }

    mutating func append(_ codePoint: UInt32) {
        length += 1
        if codePoint < 0x80 {
            bytes.append(UInt8(codePoint))
        } else if let scalar = Unicode.Scalar(codePoint) {
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        length = 0
    }
}

/// What the normaliser and the cutting into words make of each ASCII character.
private struct AsciiKinds: Sendable {
    enum Kind: Sendable {
        case word(UInt8)
        case space
        case punctuation
        case dropped
    }

    private let kinds: [Kind]

    init(_ normalizer: BertNormalizer) {
        let properties = UnicodeProperties.shared
        kinds = (UInt32(0)..<128).map { original in
            guard let codePoint = normalizer.normalize([original]).first else { return .dropped }
            let flags = properties.flags(of: codePoint)
            if flags.contains(.whitespace) { return .space }
            if flags.contains(.punctuation) { return .punctuation }
            return .word(UInt8(truncatingIfNeeded: codePoint))
        }
    }

    subscript(_ byte: UInt8) -> Kind { kinds[Int(byte)] }
}
