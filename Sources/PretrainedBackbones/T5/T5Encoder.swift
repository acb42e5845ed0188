import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// The encoder of T5 (Raffel et al. 2020, arXiv:1910.10683) by itself: for embedding texts, and as one half of
/// `T5Model`.
///
/// Parameters have the names of Hugging Face's checkpoints: `shared.weight`,
/// `encoder.block.0.layer.0.SelfAttention.q.weight`, … The final normalisation belongs to the last layer, the
/// table of biases by distance, which all layers use, to the first.
public final class T5Encoder: TransformerBackbone {
    public let configuration: T5Configuration
    public let words: Embedding
    public let layers: [T5EncoderLayer]
    public let finalNorm: RootMeanSquareNorm
    private let dropout: Dropout

    /// The decoder is passed over.
    static let naming = BackboneCheckpoint.Naming(
        prefix: "", optional: ["decoder.", "lm_head."], isConstant: T5Model.isCopy)

    /// All weights zero, none with memory as yet.
    init(_ configuration: T5Configuration) {
        self.configuration = configuration
        words = Embedding(
            "shared", entries: configuration.vocabularySize, columns: configuration.hiddenSize)
        layers = (0..<configuration.encoderLayerCount).map {
            T5EncoderLayer("encoder.block.\($0)", configuration, isFirst: $0 == 0)
        }
        finalNorm = RootMeanSquareNorm(
            "encoder.final_layer_norm", columns: configuration.hiddenSize,
            epsilon: configuration.layerNormEpsilon)
        dropout = Dropout(probability: configuration.dropout)
    }

    /// Loads the encoder of a Hugging Face-style folder, with or without a decoder beside it.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL, dropout: Float? = nil) throws -> T5Encoder {
        let configuration = try T5Configuration(file: folder.appendingPathComponent("config.json"))
        let encoder = T5Encoder(configuration.replacingDropout(dropout))
        try BackboneCheckpoint(folder: folder, naming: naming).load(encoder.parameters)
        return encoder
    }

    /// The same network with random weights, as pretraining begins. The same seed gives the same weights.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    public static func random(
        _ configuration: T5Configuration, seed: UInt64, dropout: Float? = nil
    ) -> T5Encoder {
        let encoder = T5Encoder(configuration.replacingDropout(dropout))
        let key = RandomKey(seed: seed).derived("backbone")
        let factor = configuration.initializerFactor
        encoder.words.initialize(standardDeviation: factor, key: key)
        for layer in encoder.layers {
            layer.attention.initialize(configuration, key: key)
            layer.feedForward.initialize(configuration, key: key)
        }
        encoder.finalNorm.weight.value.fill(factor)
        return encoder
    }

    public var layerCount: Int { configuration.encoderLayerCount }
    public var hiddenSize: Int { configuration.hiddenSize }
    public var attentionWidth: Int { configuration.projectionSize }
    public var vocabularySize: Int { configuration.vocabularySize }
    public var maximumLength: Int { configuration.maximumLength }

    public var rowAlignment: Int? {
        let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
        let projected = configuration.projectionSize
        return RowAlignment.of([
            .init(k: hidden, n: projected), .init(k: projected, n: hidden), .init(k: hidden, n: wide),
            .init(k: wide, n: hidden),
        ])
    }

    public var children: [any Module] { [words] + layers + [finalNorm, dropout] }

    public func embed(_ batch: TokenBatch, context: ForwardContext) -> Variable {
        dropout(words(batch.ids.map(Int.init), context: context), context: context)
    }

    public func forward(
        _ hidden: Variable, layers range: Range<Int>, layout: SequenceLayout, context: ForwardContext
    ) -> Variable {
        guard !range.isEmpty else { return hidden }
        let diagonals = layers[0].attention.diagonals(
            T5DistanceBuckets(
                count: configuration.bucketCount, maximumDistance: configuration.maximumDistance,
                isBidirectional: true), layout: layout, context: context)
        let top = layers[range].reduce(hidden) { hidden, layer in
            let attended = layer.attention(hidden, layout: layout, diagonals: diagonals, context: context)
            return layer.feedForward(attended, context: context)
        }
        guard range.upperBound == layerCount else { return top }
        return dropout(finalNorm(top, context: context), context: context)
    }

    public func parameters(belowCut cut: Int) -> [Parameter] {
        words.parameters + layers[..<cut].flatMap(\.parameters)
            + (cut == layerCount ? finalNorm.parameters : [])
    }
}

/// One layer of the encoder: attention within a text, then the feed-forward part.
public final class T5EncoderLayer: Module {
    public let attention: T5Attention
    public let feedForward: T5FeedForward

    init(_ name: String, _ configuration: T5Configuration, isFirst: Bool) {
        attention = T5Attention(
            "\(name).layer.0", kind: "SelfAttention", configuration, hasDistanceTable: isFirst)
        feedForward = T5FeedForward("\(name).layer.1", configuration)
    }

    public var children: [any Module] { [attention, feedForward] }
}

extension T5Attention {
    /// The bias by distance for the longest sequence of a layout; `nil` without a table.
    func diagonals(
        _ buckets: T5DistanceBuckets, layout: SequenceLayout, context: ForwardContext
    ) -> Variable? {
        distanceTable.map {
            distanceBias(
                context.variable($0.weight), buckets: buckets.buckets(length: layout.lengths.max() ?? 0))
        }
    }
}
