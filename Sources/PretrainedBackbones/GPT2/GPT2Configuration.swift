import Foundation
import TensorKernels

/// The shape of a GPT-2 model: what its `config.json` says.
public struct GPT2Configuration: Sendable, Equatable {
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var layerCount: Int
    public var headCount: Int
    public var intermediateSize: Int
    /// Positions, hence tokens of a sequence at the most.
    public var maximumLength: Int
    public var activation: Activation
    public var layerNormEpsilon: Float
    /// Drop probabilities in training.
    public var embeddingDropout: Float
    public var residualDropout: Float
    public var attentionDropout: Float
    /// Standard deviation of random weights.
    public var initializerRange: Float

    /// Reads a `config.json`.
    /// - Throws: `PretrainedBackboneError` that names the key: missing, out of range, or asking for what is
    ///   not GPT-2 as published.
    public init(file: URL) throws {
        let source = try ConfigurationFile(file)
        try source.requireModelType("gpt2")
        try source.require([
            ("add_cross_attention", false), ("scale_attn_weights", true),
            ("scale_attn_by_inverse_layer_idx", false),
        ])
        vocabularySize = try source.size("vocab_size", 1...10_000_000)
        hiddenSize = try source.size("n_embd", 1...65_536)
        layerCount = try source.size("n_layer", 1...1_000)
        headCount = try source.size("n_head", 1...1_024)
        intermediateSize = try source.size("n_inner", 1...1_000_000, otherwise: 4 * hiddenSize)
        maximumLength = try source.size("n_positions", 2...1_000_000)
        activation = try source.activation("activation_function", otherwise: "gelu_new")
        layerNormEpsilon = try source.number("layer_norm_epsilon", 0...0.1, otherwise: 1e-5)
        embeddingDropout = try source.number("embd_pdrop", 0...0.99, otherwise: 0.1)
        residualDropout = try source.number("resid_pdrop", 0...0.99, otherwise: 0.1)
        attentionDropout = try source.number("attn_pdrop", 0...0.99, otherwise: 0.1)
        initializerRange = try source.number("initializer_range", 0...10, otherwise: 0.02)
        try source.requireHeads(("n_head", headCount), divide: ("n_embd", hiddenSize))
    }

    func replacingDropout(_ dropout: Float?) -> GPT2Configuration {
        var result = self
        result.embeddingDropout = dropout ?? embeddingDropout
        result.residualDropout = dropout ?? residualDropout
        result.attentionDropout = dropout ?? attentionDropout
        return result
    }
}
