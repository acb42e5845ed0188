import Foundation
import TensorKernels

/// The shape of a T5 model: what its `config.json` says.
public struct T5Configuration: Sendable, Equatable {
    public var vocabularySize: Int
    public var hiddenSize: Int
    /// Columns of one attention head; heads together need not have `hiddenSize`.
    public var headWidth: Int
    public var headCount: Int
    public var intermediateSize: Int
    public var encoderLayerCount: Int
    public var decoderLayerCount: Int
    /// Rows of the table of biases by distance, and the distance from which all share one.
    public var bucketCount: Int
    public var maximumDistance: Int
    /// Tokens of a sequence at the most. T5 has no positions that could run out: what it was trained with.
    public var maximumLength: Int
    public var activation: Activation
    /// Whether the feed-forward part multiplies two projections, one of them activated (Shazeer 2020).
    public var isGated: Bool
    public var layerNormEpsilon: Float
    /// Drop probability in training.
    public var dropout: Float
    /// Of the deviations of random weights.
    public var initializerFactor: Float
    /// Whether scores of tokens are products with the embeddings, and not with a matrix of their own.
    public var tiesEmbeddings: Bool
    /// Whether the decoder's result is divided by √hiddenSize before that product.
    public var scalesResult: Bool
    /// What a decoder's input begins with, and what ends its output.
    public var startID: Int
    public var endID: Int

    var projectionSize: Int { headCount * headWidth }

    /// Reads a `config.json`.
    /// - Throws: `PretrainedBackboneError` that names the key: missing, out of range, or asking for what is
    ///   not T5 as published.
    public init(file: URL) throws {
        let source = try ConfigurationFile(file)
        try source.requireModelType("t5")
        vocabularySize = try source.size("vocab_size", 1...10_000_000)
        hiddenSize = try source.size("d_model", 1...65_536)
        headWidth = try source.size("d_kv", 1...4_096)
        headCount = try source.size("num_heads", 1...1_024)
        intermediateSize = try source.size("d_ff", 1...1_000_000)
        encoderLayerCount = try source.size("num_layers", 1...1_000)
        decoderLayerCount = try source.size("num_decoder_layers", 1...1_000, otherwise: encoderLayerCount)
        bucketCount = try source.size("relative_attention_num_buckets", 4...65_536, otherwise: 32)
        maximumDistance = try source.size("relative_attention_max_distance", 2...1_000_000, otherwise: 128)
        maximumLength = try source.size("n_positions", 2...1_000_000, otherwise: 512)
        switch source.root["feed_forward_proj"]?.string ?? "relu" {
        case "relu": (activation, isGated) = (.relu, false)
        case "gated-gelu": (activation, isGated) = (.geluTanh, true)
        case let name:
            throw source.unsupported(
                "\"feed_forward_proj\" is \"\(name)\"; \"relu\" and \"gated-gelu\" are supported")
        }
        layerNormEpsilon = try source.number("layer_norm_epsilon", 0...0.1, otherwise: 1e-6)
        dropout = try source.number("dropout_rate", 0...0.99, otherwise: 0.1)
        initializerFactor = try source.number("initializer_factor", 0...1_000, otherwise: 1)
        tiesEmbeddings = source.root["tie_word_embeddings"]?.bool ?? true
        scalesResult = source.root["scale_decoder_outputs"]?.bool ?? tiesEmbeddings
        let padID = try source.size("pad_token_id", 0...10_000_000, otherwise: 0)
        startID = try source.size("decoder_start_token_id", 0...10_000_000, otherwise: padID)
        endID = try source.size("eos_token_id", 0...10_000_000, otherwise: 1)
        guard bucketCount % 4 == 0, bucketCount / 2 < maximumDistance else {
            throw source.malformed(
                "\"relative_attention_num_buckets\" \(bucketCount) is no multiple of 4, or not less than twice "
                    + "\"relative_attention_max_distance\" \(maximumDistance)")
        }
        for (key, id) in [("decoder_start_token_id", startID), ("eos_token_id", endID)]
        where id >= vocabularySize {
            throw source.malformed("\"\(key)\" \(id) is not below \"vocab_size\" \(vocabularySize)")
        }
    }

    func replacingDropout(_ dropout: Float?) -> T5Configuration {
        var result = self
        result.dropout = dropout ?? self.dropout
        return result
    }
}
