import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// The sum of a token's, its position's and the first token type's embedding, normalised.
public final class BertEmbeddings: Module {
    public let words: Embedding
    public let positions: Embedding
    public let tokenTypes: Embedding
    public let norm: LayerNorm
    private let dropout: Dropout
    private let padID: Int

    init(_ name: String, _ configuration: BertConfiguration) {
        let columns = configuration.hiddenSize
        words = Embedding("\(name).word_embeddings", entries: configuration.vocabularySize, columns: columns)
        positions = Embedding(
            "\(name).position_embeddings", entries: configuration.maximumLength, columns: columns)
        tokenTypes = Embedding(
            "\(name).token_type_embeddings", entries: configuration.tokenTypeCount, columns: columns)
        norm = LayerNorm("\(name).LayerNorm", columns: columns, epsilon: configuration.layerNormEpsilon)
        dropout = Dropout(probability: configuration.hiddenDropout)
        padID = configuration.padID
    }

    public var children: [any Module] { [words, positions, tokenTypes, norm, dropout] }

    func callAsFunction(_ batch: TokenBatch, context: ForwardContext) -> Variable {
        let word = words(batch.ids.map(Int.init), context: context)
        let position = positions(batch.layout.positions, context: context)
        // Graft's inputs are single texts, which are of type 0 throughout.
        let type = tokenTypes([0], context: context).reshaped([word.value.columnCount])
        return dropout(norm(word + type, residual: position, context: context), context: context)
    }

    func initialize(standardDeviation: Float, key: RandomKey) {
        for table in [words, positions, tokenTypes] {
            table.initialize(standardDeviation: standardDeviation, key: key)
        }
        if padID < words.weight.shape[0] { words.weight.value.rows(padID..<padID + 1).fill(0) }
        norm.weight.value.fill(1)
        norm.bias.value.fill(0)
    }
}
