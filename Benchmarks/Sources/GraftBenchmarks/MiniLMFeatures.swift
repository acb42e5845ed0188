import DifferentiableTensors
import Foundation
import PretrainedBackbones
import TensorKernels
import Tokenization

/// Sentence embeddings as a worker computes them: tokenised, batched by length, no padding.
struct MiniLMFeatures: Workload {
    private let texts: [String]
    private let tokenizer: WordPieceTokenizer
    private let encoder: BertEncoder
    private let weights: PackedWeights?

    /// - Parameter precision: of the linear maps; `nil`: Float32.
    init(backbone: URL, texts: [String], precision: ReducedPrecision? = nil) throws {
        if let precision, !precision.isAvailable {
            throw UsageError(message: "this processor lacks \(precision.instructionSet)")
        }
        self.texts = texts
        tokenizer = try WordPieceTokenizer(folder: backbone)
        encoder = try BertEncoder.load(folder: backbone)
        weights = precision.map(PackedWeights.init)
    }

    var unitsPerRound: Int { texts.count }

    func run() throws { _ = features() }

    /// [texts, 384], batch after batch.
    func features() -> Tensor {
        let sequences = texts.map { tokenizer.encode($0, maximumLength: 128) }
        let batches = LengthBatches.batches(lengths: sequences.map(\.count), maximumTokens: 1024)
        return .concatenatingRows(
            batches.map { places in
                let batch = TokenBatch(places.map { sequences[$0] })
                let hidden = encoder.frozenForward(batch, belowCut: encoder.layerCount, weights: weights)
                return hidden.segmentMeans(lengths: batch.layout.lengths)
            })
    }
}
