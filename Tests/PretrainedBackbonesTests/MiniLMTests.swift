import CheckpointFormats
import DifferentiableTensors
import Foundation
import PretrainedBackbones
import StrictJSON
import TensorKernels
import Testing
import TestingSupport
import Tokenization

/// Sentence embeddings of 200 sentences against transformers; see make_minilm_references.py.
@Suite struct MiniLMTests {
    @Test(.enabled(if: RealInput.miniLM != nil, "no all-MiniLM-L6-v2 here: set GRAFT_MINILM to its folder"))
    func sentenceEmbeddingsEqualTheReference() throws {
        let folder = try #require(RealInput.miniLM)
        let tokenizer = try WordPieceTokenizer(folder: folder)
        let encoder = try BertEncoder.load(folder: folder)
        let file = try JSONValue(parsing: Data(contentsOf: Resources.url("sentences.json")))
        let sentences = try #require(file.array).compactMap(\.string)
        try #require(sentences.count == 200)
        let sequences = sentences.map { tokenizer.encode($0, maximumLength: 128) }

        let pooled = Tensor.zeros([200, 384])
        for places in LengthBatches.batches(lengths: sequences.map(\.count), maximumTokens: 1024) {
            let batch = TokenBatch(places.map { sequences[$0] })
            let hidden = encoder.frozenForward(batch, belowCut: encoder.layerCount)
            let means = hidden.segmentMeans(lengths: batch.layout.lengths)
            for (row, place) in places.enumerated() {
                pooled.rows(place..<place + 1).assign(means.rows(row..<row + 1))
            }
        }
        let values = pooled.scalars
        let norms = (0..<200).map { row in
            values[row * 384..<(row + 1) * 384].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        let normalized = values.indices.map { values[$0] / norms[$0 / 384] }

        let reference = try SafetensorsFile(path: Resources.url("minilm.safetensors").path)
        let wanted = try reference.tensor(named: "pooled")
        #expect(largestDifference(wanted, pooled) < 1e-4)
        let wantedNormalized = try reference.tensor(named: "normalized")
        #expect(largestDifference(wantedNormalized, Tensor(normalized, shape: [200, 384])) < 1e-4)
    }

    /// Every parameter's gradient by PyTorch's, on the real weights; see make_minilm_gradients.py.
    @Test(.enabled(if: RealInput.miniLM != nil, "no all-MiniLM-L6-v2 here: set GRAFT_MINILM to its folder"))
    func gradientsEqualTheReference() throws {
        let folder = try #require(RealInput.miniLM)
        let tokenizer = try WordPieceTokenizer(folder: folder)
        let encoder = try BertEncoder.load(folder: folder, dropout: 0)
        let file = try JSONValue(parsing: Data(contentsOf: Resources.url("sentences.json")))
        let sentences = try [0, 1, 50, 120].map { try #require(file.array?[$0].string) }
        let batch = TokenBatch(sentences.map { tokenizer.encode($0, maximumLength: 32) })
        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        let hidden = encoder.forward(
            encoder.embed(batch, context: context), layers: 0..<6, layout: batch.layout, context: context)
        let pooled = hidden.meanOverSequences(batch.layout)
        let weights = (0..<4 * 384).map { (element: Int) -> Float in
            let (sentence, column) = (Double(element / 384), Double(element % 384))
            return Float(sin(0.37 * sentence + 0.11 * column))
        }
        pooled.backward(seed: Tensor(weights, shape: [4, 384]))

        let reference = try SafetensorsFile(path: Resources.url("minilm-gradients.safetensors").path)
        for parameter in encoder.parameters {
            let gradient = parameter.gradient
            let places = try reference.tensor(named: "\(parameter.name)/places").scalars
            let values = try reference.tensor(named: "\(parameter.name)/values").scalars
            let norm = try reference.tensor(named: "\(parameter.name)/norm").scalar
            let largest = abs(values[0])
            // A key's bias moves all scores of a query alike: its gradient is rounding.
            let tolerance = 1e-3 * max(largest, 0.1)
            for (place, value) in zip(places, values) {
                #expect(abs(gradient[Int(place)] - value) < tolerance, "\(parameter.name) \(place)")
            }
            let found = Float(gradient.sumOfSquares().squareRoot())
            #expect(abs(found - norm) < 1e-3 * max(norm, 0.1), "\(parameter.name)")
        }
        #expect(encoder.parameters.count * 3 + 1 == reference.names.count)
    }
}
