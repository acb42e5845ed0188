import CheckpointFormats
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
}
