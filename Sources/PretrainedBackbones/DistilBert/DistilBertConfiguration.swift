import Foundation
import TensorKernels

/// The shape of a DistilBERT model: what its `config.json` says.
public struct DistilBertConfiguration: Sendable, Equatable {
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var layerCount: Int
    public var headCount: Int
    public var intermediateSize: Int
    /// Positions, hence tokens of a sequence at the most.
    public var maximumLength: Int
    public var activation: Activation
    /// Drop probabilities in training.
    public var hiddenDropout: Float
    public var attentionDropout: Float
    /// Standard deviation of random weights.
    public var initializerRange: Float
    public var padID: Int

    /// Of every layer normalisation; not configurable in DistilBERT.
    public static let layerNormEpsilon: Float = 1e-12

    /// Reads a `config.json`.
    /// - Throws: `PretrainedBackboneError` that names the key: missing, out of range, or asking for what is
    ///   not DistilBERT as published.
    public init(file: URL) throws {
        let source = try ConfigurationFile(file)
        try source.requireModelType("distilbert")
        try source.require([])
        vocabularySize = try source.size("vocab_size", 1...10_000_000)
        hiddenSize = try source.size("dim", 1...65_536)
        layerCount = try source.size("n_layers", 1...1_000)
        headCount = try source.size("n_heads", 1...1_024)
        intermediateSize = try source.size("hidden_dim", 1...1_000_000)
        maximumLength = try source.size("max_position_embeddings", 2...1_000_000)
        activation = try source.activation("activation", otherwise: "gelu")
        hiddenDropout = try source.number("dropout", 0...0.99, otherwise: 0.1)
        attentionDropout = try source.number("attention_dropout", 0...0.99, otherwise: 0.1)
        initializerRange = try source.number("initializer_range", 0...10, otherwise: 0.02)
        padID = try source.size("pad_token_id", 0...10_000_000, otherwise: 0)
        try source.requireHeads(("n_heads", headCount), divide: ("dim", hiddenSize))
    }

    func replacingDropout(_ dropout: Float?) -> DistilBertConfiguration {
        var result = self
        result.hiddenDropout = dropout ?? hiddenDropout
        result.attentionDropout = dropout ?? attentionDropout
        return result
    }
}
