import Foundation
import StrictJSON

/// T5's tokenizer: the pieces of a SentencePiece model, behind them sentinels that stand for gaps in a text,
/// `<extra_id_0>` with the largest id, and `</s>` at a text's end (Raffel et al. 2020).
///
/// Special tokens that a text has written out are tokens. Ids are those of the SentencePiece library.
public struct SentencePieceTokenizer: Tokenizer {
    public let vocabularySize: Int
    public let fingerprint: String
    private let model: SentencePieceModel
    private let addedTokens: AddedTokenMatcher
    private let endID: Int32

    private static let fileName = "spiece.model"
    /// Where `tokenizer_config.json` does not say.
    private static let usualSentinelCount = 100

    /// Loads `spiece.model` of a model folder, and the number of sentinels from `tokenizer_config.json`'s
    /// `extra_ids`, 100 without.
    /// - Throws: `TokenizationError` that names the file and what is wrong with it.
    public init(folder: URL) throws {
        let file = folder.appendingPathComponent(Self.fileName)
        let bytes: Data
        do {
            bytes = try Data(contentsOf: file)
        } catch {
            throw TokenizationError(
                code: .unreadable, message: "cannot be read: \(error.localizedDescription)", file: file.path)
        }
        model = try SentencePieceModel(bytes, file: file.path)
        guard let endID = model.id(of: "</s>") else {
            throw TokenizationError(
                code: .unsupported, message: "it has no piece \"</s>\" to end a text with, as T5's has",
                file: file.path)
        }
        self.endID = endID
        let sentinelCount = try Self.sentinelCount(folder)
        let pieceCount = model.pieceCount
        vocabularySize = pieceCount + sentinelCount
        let special = ["<pad>", "</s>", "<unk>"].compactMap { [model] text in
            model.id(of: text).map { AddedToken(text: text, id: $0) }
        }
        let sentinels = (0..<sentinelCount).map { index in
            AddedToken(text: "<extra_id_\(index)>", id: Int32(pieceCount + sentinelCount - 1 - index))
        }
        addedTokens = AddedTokenMatcher(special + sentinels)
        fingerprint = "sentencepiece 1\nsentinels \(sentinelCount)\n" + bytes.base64EncodedString()
    }

    public func encode(_ text: String, maximumLength: Int) -> [Int32] {
        let limit = max(0, maximumLength - 1)
        let codePoints = text.unicodeScalars.map(\.value)
        var ids: [Int32] = []
        var free = 0
        for match in addedTokens.matches(in: codePoints) where ids.count < limit {
            ids += pieces(codePoints[free..<match.range.lowerBound]) + [match.id]
            free = match.range.upperBound
        }
        if ids.count < limit { ids += pieces(codePoints[free...]) }
        return ids.prefix(limit) + [endID]
    }

    private func pieces(_ codePoints: ArraySlice<UInt32>) -> [Int32] {
        guard !codePoints.isEmpty else { return [] }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: codePoints.lazy.compactMap(Unicode.Scalar.init))
        return model.encode(String(text))
    }

    private static func sentinelCount(_ folder: URL) throws -> Int {
        let file = folder.appendingPathComponent("tokenizer_config.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return usualSentinelCount }
        guard let value = try JSONFile.read(file)["extra_ids"], !value.isNull else {
            return usualSentinelCount
        }
        guard let count = value.integer, (0...100_000).contains(count) else {
            throw TokenizationError(
                code: .malformed, message: "\"extra_ids\" is no whole number of 0 to 100000", file: file.path)
        }
        return count
    }
}
