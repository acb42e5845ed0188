import Foundation
import Synchronization

/// The tokenizer of GPT-2 and RoBERTa: byte pairs merged within words, over an alphabet of the 256 bytes, so that
/// no text is without tokens (Radford et al. 2019). Equal to the reference (the tokenizers library) id by id.
public final class BytePairTokenizer: Tokenizer {
    private let configuration: BytePairConfiguration
    private let merges: BytePairMerges
    private let originalTokens: AddedTokenMatcher
    private let normalizedTokens: AddedTokenMatcher
    /// Bytes that some added token begins with.
    private let addedBeginnings: [Bool]
    private let cache = Mutex(WordCache())
    public let vocabularySize: Int

    /// Loads the tokenizer of a model folder: `tokenizer.json` if it is there, else `vocab.json` with
    /// `merges.txt`, `tokenizer_config.json` and `added_tokens.json`.
    ///
    /// - Throws: `TokenizationError` that names the file and what is wrong with it.
    public convenience init(folder: URL) throws {
        let json = folder.appendingPathComponent("tokenizer.json")
        if FileManager.default.fileExists(atPath: json.path) {
            try self.init(
                BytePairJSONReader.configuration(JSONFile.read(json), file: json.path), file: json.path)
        } else {
            let vocabulary = folder.appendingPathComponent("vocab.json")
            try self.init(BytePairTextReader.read(vocabulary), file: vocabulary.path)
        }
    }

    init(_ configuration: BytePairConfiguration, file: String) throws {
        self.configuration = configuration
        merges = try BytePairMerges(configuration, file: file)
        originalTokens = AddedTokenMatcher(configuration.addedTokens.filter { !$0.rules.isNormalized })
        normalizedTokens = AddedTokenMatcher(configuration.addedTokens.filter(\.rules.isNormalized))
        var beginnings = [Bool](repeating: false, count: 256)
        for token in configuration.addedTokens {
            if let first = token.text.utf8.first { beginnings[Int(first)] = true }
        }
        addedBeginnings = beginnings
        let ids = configuration.vocabulary.map(\.id) + configuration.addedTokens.map(\.id)
        vocabularySize = Int((ids + configuration.prefixIDs + configuration.suffixIDs).max() ?? 0) + 1
    }

    public var fingerprint: String { configuration.fingerprint }

    /// The id of a token by its text; `nil` where there is none.
    public func id(of token: String) -> Int32? { configuration.id(of: token) }

    /// Ids around every text.
    var specialTokenCount: Int { configuration.prefixIDs.count + configuration.suffixIDs.count }

    public func encode(_ text: String, maximumLength: Int) -> [Int32] {
        let limit = max(0, maximumLength - specialTokenCount)
        var ids = configuration.prefixIDs
        let bytes = Array(text.utf8)
        // Another thread's text must not wait for this one: it does without the cache.
        let content =
            cache.withLockIfAvailable { contentIDs(of: bytes, limit: limit, cache: &$0) }
            ?? contentIDsWithoutCache(of: bytes, limit: limit)
        ids.append(contentsOf: content.prefix(limit))
        ids.append(contentsOf: configuration.suffixIDs)
        return ids
    }

    private func contentIDsWithoutCache(of bytes: [UInt8], limit: Int) -> [Int32] {
        var cache = WordCache()
        return contentIDs(of: bytes, limit: limit, cache: &cache)
    }

    /// Ids of the text alone; may stop once `limit` ids are there.
    private func contentIDs(of text: [UInt8], limit: Int, cache: inout WordCache) -> [Int32] {
        var ids: [Int32] = []
        for segment in segments(of: text) where ids.count < limit {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let range): appendIDs(of: text[range], limit: limit, to: &ids, &cache)
            }
        }
        return ids
    }

    private func appendIDs(
        of text: ArraySlice<UInt8>, limit: Int, to ids: inout [Int32], _ cache: inout WordCache
    ) {
        var text = text
        if configuration.addsPrefixSpace, let first = text.first, first != 0x20 { text = [0x20] + text }
        var words = ByteLevelWords(text)
        while ids.count < limit, let word = words.next() {
            cache.appendIDs(of: text[word], to: &ids) { merges.appendIDs(of: $0, to: &$1) }
        }
    }

    private enum Segment {
        case text(Range<Int>)
        case token(Int32)
    }

    /// The text between added tokens, in bytes, and these.
    private func segments(of text: [UInt8]) -> [Segment] {
        guard text.contains(where: { addedBeginnings[Int($0)] }) else { return [.text(text.indices)] }
        let codePoints = String(decoding: text, as: UTF8.self).unicodeScalars.map(\.value)
        var offsets = [0]
        offsets.reserveCapacity(codePoints.count + 1)
        for codePoint in codePoints { offsets.append(offsets[offsets.count - 1] + Self.byteCount(codePoint)) }
        let found = Self.split(codePoints[...], by: originalTokens).flatMap { segment in
            guard case .text(let range) = segment, !normalizedTokens.isEmpty else { return [segment] }
            return Self.split(codePoints[range], by: normalizedTokens)
        }
        return found.map { segment in
            guard case .text(let range) = segment else { return segment }
            return .text(offsets[range.lowerBound]..<offsets[range.upperBound])
        }
    }

    /// As `segments`, in code points, and for some of the tokens.
    private static func split(_ text: ArraySlice<UInt32>, by tokens: AddedTokenMatcher) -> [Segment] {
        var segments: [Segment] = []
        var free = text.startIndex
        func addText(upTo end: Int) {
            if end > free { segments.append(.text(free..<end)) }
        }
        for match in tokens.matches(in: Array(text)) {
            addText(upTo: text.startIndex + match.range.lowerBound)
            segments.append(.token(match.id))
            free = text.startIndex + match.range.upperBound
        }
        addText(upTo: text.endIndex)
        return segments
    }

    private static func byteCount(_ codePoint: UInt32) -> Int {
        codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
    }
}
