import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// The decoder of T5: layers in which a token sees itself, those before it and all of the encoded text.
public final class T5Decoder: Module {
    public let layers: [T5DecoderLayer]
    public let finalNorm: RootMeanSquareNorm
    private let configuration: T5Configuration
    private let dropout: Dropout

    init(_ configuration: T5Configuration) {
        self.configuration = configuration
        layers = (0..<configuration.decoderLayerCount).map {
            T5DecoderLayer("decoder.block.\($0)", configuration, isFirst: $0 == 0)
        }
        finalNorm = RootMeanSquareNorm(
            "decoder.final_layer_norm", columns: configuration.hiddenSize,
            epsilon: configuration.layerNormEpsilon)
        dropout = Dropout(probability: configuration.dropout)
    }

    public var children: [any Module] { layers + [finalNorm, dropout] }

    /// - Parameters:
    ///   - embedded: [target tokens, hidden], rows as `layout` says.
    ///   - memory: the encoder's result, of as many sequences.
    /// - Returns: normalised hidden states [target tokens, hidden].
    func callAsFunction(
        _ embedded: Variable, layout: SequenceLayout, memory: (rows: Variable, layout: SequenceLayout),
        context: ForwardContext
    ) -> Variable {
        let diagonals = layers[0].attention.diagonals(
            T5DistanceBuckets(
                count: configuration.bucketCount, maximumDistance: configuration.maximumDistance,
                isBidirectional: false), layout: layout, context: context)
        let top = layers.reduce(dropout(embedded, context: context)) { hidden, layer in
            let own = layer.attention(hidden, layout: layout, diagonals: diagonals, context: context)
            let seen = layer.crossAttention(own, layout: layout, memory: memory, context: context)
            return layer.feedForward(seen, context: context)
        }
        return dropout(finalNorm(top, context: context), context: context)
    }
}

/// One layer of the decoder.
public final class T5DecoderLayer: Module {
    public let attention: T5Attention
    public let crossAttention: T5Attention
    public let feedForward: T5FeedForward

    init(_ name: String, _ configuration: T5Configuration, isFirst: Bool) {
        attention = T5Attention(
            "\(name).layer.0", kind: "SelfAttention", configuration, hasDistanceTable: isFirst,
            isCausal: true)
        crossAttention = T5Attention("\(name).layer.1", kind: "EncDecAttention", configuration)
        feedForward = T5FeedForward("\(name).layer.2", configuration)
    }

    public var children: [any Module] { [attention, crossAttention, feedForward] }
}
