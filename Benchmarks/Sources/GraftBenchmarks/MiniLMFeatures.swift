import Foundation
import PretrainedBackbones
import Tokenization

/// Sentence embeddings as a worker computes them: tokenised, batched by length, no padding.
struct MiniLMFeatures: Workload {
    private let texts: [String]
    private let tokenizer: WordPieceTokenizer
    private let encoder: BertEncoder

    init(backbone: URL, texts: [String]) throws {
        self.texts = texts
        tokenizer = try WordPieceTokenizer(folder: backbone)
        encoder = try BertEncoder.load(folder: backbone)
    }

    var unitsPerRound: Int { texts.count }

    func run() throws {
        let sequences = texts.map { tokenizer.encode($0, maximumLength: 128) }
        for places in LengthBatches.batches(lengths: sequences.map(\.count), maximumTokens: 1024) {
            let batch = TokenBatch(places.map { sequences[$0] })
            let hidden = encoder.frozenForward(batch, belowCut: encoder.layerCount)
            _ = hidden.segmentMeans(lengths: batch.layout.lengths)
        }
    }
}
