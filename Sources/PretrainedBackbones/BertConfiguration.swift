import Foundation
import StrictJSON
import TensorKernels

/// The shape of a BERT model: what its `config.json` says.
public struct BertConfiguration: Sendable, Equatable {
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var layerCount: Int
    public var headCount: Int
    public var intermediateSize: Int
    /// Positions, hence tokens of a sequence at the most.
    public var maximumLength: Int
    public var tokenTypeCount: Int
    public var activation: Activation
    public var layerNormEpsilon: Float
    /// Drop probabilities in training.
    public var hiddenDropout: Float
    public var attentionDropout: Float
    /// Standard deviation of random weights.
    public var initializerRange: Float
    public var padID: Int

    public init(
        vocabularySize: Int, hiddenSize: Int, layerCount: Int, headCount: Int, intermediateSize: Int,
        maximumLength: Int = 512, tokenTypeCount: Int = 2, activation: Activation = .gelu,
        layerNormEpsilon: Float = 1e-12, hiddenDropout: Float = 0.1, attentionDropout: Float = 0.1,
        initializerRange: Float = 0.02, padID: Int = 0
    ) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.intermediateSize = intermediateSize
        self.maximumLength = maximumLength
        self.tokenTypeCount = tokenTypeCount
        self.activation = activation
        self.layerNormEpsilon = layerNormEpsilon
        self.hiddenDropout = hiddenDropout
        self.attentionDropout = attentionDropout
        self.initializerRange = initializerRange
        self.padID = padID
    }

    /// Reads a `config.json`.
    /// - Throws: `PretrainedBackboneError` that names the key: missing, out of range, or asking for what is
    ///   not BERT as published.
    public init(file: URL) throws {
        let source = try ConfigurationFile(file)
        try source.requireModelType("bert")
        try self.init(source, leastPositions: 2, usualTokenTypes: 2, usualPadID: 0)
    }

    /// Reads the keys that BERT and its relatives have in common.
    init(
        _ source: ConfigurationFile, leastPositions: Int, usualTokenTypes: Int, usualPadID: Int
    ) throws {
        try source.require([("is_decoder", false), ("add_cross_attention", false)])
        self.init(
            vocabularySize: try source.size("vocab_size", 1...10_000_000),
            hiddenSize: try source.size("hidden_size", 1...65_536),
            layerCount: try source.size("num_hidden_layers", 1...1_000),
            headCount: try source.size("num_attention_heads", 1...1_024),
            intermediateSize: try source.size("intermediate_size", 1...1_000_000),
            maximumLength: try source.size("max_position_embeddings", leastPositions...1_000_000),
            tokenTypeCount: try source.size("type_vocab_size", 1...1_000, otherwise: usualTokenTypes),
            activation: try source.activation("hidden_act", otherwise: "gelu"),
            layerNormEpsilon: try source.number("layer_norm_eps", 0...0.1, otherwise: 1e-12),
            hiddenDropout: try source.number("hidden_dropout_prob", 0...0.99, otherwise: 0.1),
            attentionDropout: try source.number("attention_probs_dropout_prob", 0...0.99, otherwise: 0.1),
            initializerRange: try source.number("initializer_range", 0...10, otherwise: 0.02),
            padID: try source.size("pad_token_id", 0...10_000_000, otherwise: usualPadID))
        try source.requireHeads(("num_attention_heads", headCount), divide: ("hidden_size", hiddenSize))
    }
}
