import Foundation
import StrictJSON

extension VisionTransformerConfiguration {
    /// - Parameters:
    ///   - source: `config.json` of a "vit" or "deit" model.
    ///   - folder: where `preprocessor_config.json` may say how images are normalised.
    /// - Throws: `PretrainedBackboneError` that names the key.
    init(transformers source: ConfigurationFile, folder: URL) throws {
        let type = try source.modelType()
        try source.require([("qkv_bias", true)])
        let channels = try source.size("num_channels", 1...1_000, otherwise: 3)
        guard channels == 3 else { throw source.unsupported("\"num_channels\" is \(channels), not 3") }
        let side = try source.size("image_size", 1...4096, otherwise: 224)
        let (mean, deviation) = try Self.normalisation(folder)
        self.init(
            layout: .transformers, name: type,
            input: ImageInput(height: side, width: side, mean: mean, standardDeviation: deviation),
            patchSize: try source.size("patch_size", 1...1_024, otherwise: 16),
            hiddenSize: try source.size("hidden_size", 1...65_536),
            layerCount: try source.size("num_hidden_layers", 1...1_000),
            headCount: try source.size("num_attention_heads", 1...1_024),
            intermediateSize: try source.size("intermediate_size", 1...1_000_000),
            activation: try source.activation("hidden_act", otherwise: "gelu"),
            layerNormEpsilon: try source.number("layer_norm_eps", 0...0.1, otherwise: 1e-12),
            hasDistillationToken: type == "deit",
            hiddenDropout: try source.number("hidden_dropout_prob", 0...0.99, otherwise: 0),
            attentionDropout: try source.number("attention_probs_dropout_prob", 0...0.99, otherwise: 0),
            initializerRange: try source.number("initializer_range", 0...10, otherwise: 0.02))
        try check(source)
    }

    /// Half and half where the folder does not say, as in transformers.
    private static func normalisation(_ folder: URL) throws -> (mean: [Float], deviation: [Float]) {
        let half: [Float] = [0.5, 0.5, 0.5]
        let file = folder.appendingPathComponent(ImageClassifierExport.preprocessorFile)
        guard FileManager.default.fileExists(atPath: file.path) else { return (half, half) }
        let source = try ConfigurationFile(file)
        let factor = try source.number("rescale_factor", 0...1, otherwise: 1 / 255)
        guard abs(factor * 255 - 1) < 1e-4, source.root["do_rescale"]?.bool ?? true else {
            throw source.unsupported("bytes are not divided by 255; nothing else is supported")
        }
        guard source.root["do_normalize"]?.bool ?? true else { return ([0, 0, 0], [1, 1, 1]) }
        func read(_ key: String) throws -> [Float] {
            guard let value = source.root[key], !value.isNull else { return half }
            return try source.colours(key, value)
        }
        return (try read("image_mean"), try source.positive("image_std", try read("image_std")))
    }
}
