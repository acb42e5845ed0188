import DifferentiableTensors
import NeuralLayers

/// The sum of a token's, its position's and the only token type's embedding, normalised.
///
/// Positions begin behind the padding token's id, which has the position of that number to itself: an
/// inheritance of fairseq's tables.
public final class RobertaEmbeddings: Module {
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
        let position = positions(positions(of: batch), context: context)
        let type = tokenTypes([0], context: context).reshaped([word.value.columnCount])
        return dropout(norm(word + type, residual: position, context: context), context: context)
    }

    /// A text that has the padding token written out does not count it, as in the reference.
    private func positions(of batch: TokenBatch) -> [Int] {
        var result: [Int] = []
        for index in 0..<batch.count {
            var counted = 0
            for id in batch.ids[batch.layout.rows(index)] {
                if Int(id) != padID { counted += 1 }
                result.append(Int(id) == padID ? padID : padID + counted)
            }
        }
        return result
    }

    func initialize(standardDeviation: Float, key: RandomKey) {
        for table in [words, positions, tokenTypes] {
            table.initialize(standardDeviation: standardDeviation, key: key)
        }
        for table in [words, positions] where padID < table.weight.shape[0] {
            table.weight.value.rows(padID..<padID + 1).fill(0)
        }
        norm.weight.value.fill(1)
        norm.bias.value.fill(0)
    }
}
