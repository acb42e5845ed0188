import DifferentiableTensors
import NeuralLayers

/// The sum of a token's and its position's embedding, normalised; there are no token types.
public final class DistilBertEmbeddings: Module {
    public let words: Embedding
    public let positions: Embedding
    public let norm: LayerNorm
    private let dropout: Dropout
    private let padID: Int

    init(_ name: String, _ configuration: DistilBertConfiguration) {
        let columns = configuration.hiddenSize
        words = Embedding("\(name).word_embeddings", entries: configuration.vocabularySize, columns: columns)
        positions = Embedding(
            "\(name).position_embeddings", entries: configuration.maximumLength, columns: columns)
        norm = LayerNorm(
            "\(name).LayerNorm", columns: columns, epsilon: DistilBertConfiguration.layerNormEpsilon)
        dropout = Dropout(probability: configuration.hiddenDropout)
        padID = configuration.padID
    }

    public var children: [any Module] { [words, positions, norm, dropout] }

    func callAsFunction(_ batch: TokenBatch, context: ForwardContext) -> Variable {
        let word = words(batch.ids.map(Int.init), context: context)
        let position = positions(batch.layout.positions, context: context)
        return dropout(norm(word, residual: position, context: context), context: context)
    }

    func initialize(standardDeviation: Float, key: RandomKey) {
        for table in [words, positions] { table.initialize(standardDeviation: standardDeviation, key: key) }
        if padID < words.weight.shape[0] { words.weight.value.rows(padID..<padID + 1).fill(0) }
        norm.weight.value.fill(1)
        norm.bias.value.fill(0)
    }
}
