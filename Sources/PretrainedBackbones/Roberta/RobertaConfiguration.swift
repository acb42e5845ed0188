import Foundation

extension BertConfiguration {
    /// Reads a `config.json` of RoBERTa, whose keys are BERT's; `maximumLength` counts rows of the position
    /// table.
    /// - Throws: `PretrainedBackboneError` that names the key: missing, out of range, or asking for what is
    ///   not RoBERTa as published.
    public init(robertaFile file: URL) throws {
        let source = try ConfigurationFile(file)
        try source.requireModelType("roberta")
        try source.require([("is_decoder", false), ("add_cross_attention", false)])
        self.init(
            vocabularySize: try source.size("vocab_size", 1...10_000_000),
            hiddenSize: try source.size("hidden_size", 1...65_536),
            layerCount: try source.size("num_hidden_layers", 1...1_000),
            headCount: try source.size("num_attention_heads", 1...1_024),
            intermediateSize: try source.size("intermediate_size", 1...1_000_000),
            maximumLength: try source.size("max_position_embeddings", 4...1_000_000),
            tokenTypeCount: try source.size("type_vocab_size", 1...1_000, otherwise: 1),
            activation: try source.activation("hidden_act", otherwise: "gelu"),
            layerNormEpsilon: try source.number("layer_norm_eps", 0...0.1, otherwise: 1e-12),
            hiddenDropout: try source.number("hidden_dropout_prob", 0...0.99, otherwise: 0.1),
            attentionDropout: try source.number("attention_probs_dropout_prob", 0...0.99, otherwise: 0.1),
            initializerRange: try source.number("initializer_range", 0...10, otherwise: 0.02),
            padID: try source.size("pad_token_id", 0...10_000_000, otherwise: 1))
        guard maximumLength - padID - 1 >= 2 else {
            throw source.malformed(
                "\"max_position_embeddings\" \(maximumLength) leaves no positions behind \"pad_token_id\" \(padID)"
            )
        }
        try source.requireHeads(("num_attention_heads", headCount), divide: ("hidden_size", hiddenSize))
    }
}
