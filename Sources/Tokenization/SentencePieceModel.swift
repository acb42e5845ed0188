import CSentencePiece
import Foundation

/// A SentencePiece model (Kudo and Richardson 2018, arXiv:1808.06226), as the library read it.
///
/// The library does not change a model by encoding with it, so that threads may share one: hence unchecked.
final class SentencePieceModel: @unchecked Sendable {
    private let model: OpaquePointer

    /// - Throws: `TokenizationError` where the bytes are no model.
    init(_ bytes: Data, file: String) throws {
        var reason = [CChar](repeating: 0, count: 300)
        let loaded = bytes.withUnsafeBytes { bytes in
            graft_sentencepiece_load(bytes.baseAddress, bytes.count, &reason, reason.count)
        }
        guard let loaded else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw TokenizationError(
                code: .malformed,
                message: "not a SentencePiece model; fetch it again (the library says: \(text))", file: file)
        }
        model = loaded
    }

    deinit { graft_sentencepiece_free(model) }

    /// Pieces; ids are below it.
    var pieceCount: Int { Int(graft_sentencepiece_piece_count(model)) }

    /// The id of a piece; `nil` where there is none.
    func id(of piece: String) -> Int32? {
        let id = graft_sentencepiece_id(model, piece)
        guard let found = graft_sentencepiece_piece(model, id), String(cString: found) == piece else {
            return nil
        }
        return id
    }

    /// The ids of a text, without any around it.
    func encode(_ text: some StringProtocol) -> [Int32] {
        var text = String(text)
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // A text rarely has more pieces than bytes: normalisation may lengthen it.
                let first = encode(characters, capacity: bytes.count + 16)
                return first.count <= first.ids.count
                    ? Array(first.ids.prefix(first.count)) : encode(characters, capacity: first.count).ids
            }
        }
    }

    private func encode(
        _ characters: UnsafeBufferPointer<CChar>, capacity: Int
    ) -> (ids: [Int32], count: Int) {
        var ids = [Int32](repeating: 0, count: capacity)
        let count = graft_sentencepiece_encode(
            model, characters.baseAddress, characters.count, &ids, capacity)
        // The library fails only without memory.
        return (ids, max(0, count))
    }
}
