import Foundation
import PretrainedBackbones
import Tokenization

/// The forward pass of MiniLM alone, on tokens; its units are 10^6 floating-point operations in products with
/// weights and in attention, so that it can stand beside `MatrixProductPeak`.
struct MiniLMForward: Workload {
    private let encoder: BertEncoder
    private let batches: [TokenBatch]
    let unitsPerRound: Int

    init(backbone: URL, texts: [String]) throws {
        encoder = try BertEncoder.load(folder: backbone)
        let tokenizer = try WordPieceTokenizer(folder: backbone)
        let sequences = texts.map { tokenizer.encode($0, maximumLength: 128) }
        batches = LengthBatches.batches(lengths: sequences.map(\.count), maximumTokens: 2048).map { places in
            TokenBatch(places.map { sequences[$0] })
        }
        let inspection = try BackboneInspection(folder: backbone)
        unitsPerRound =
            sequences.reduce(0) { $0 + inspection.floatingPointOperations(tokens: $1.count) } / 1_000_000
    }

    func run() {
        for batch in batches { _ = encoder.frozenForward(batch, belowCut: encoder.layerCount) }
    }
}
