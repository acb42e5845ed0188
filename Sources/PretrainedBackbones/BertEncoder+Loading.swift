import CheckpointFormats
import Foundation
import NeuralLayers

extension BertEncoder {
    static let naming = BackboneCheckpoint.Naming(
        prefix: "bert.", optional: ["pooler."], heads: ["cls.", "classifier."])

    /// Loads the encoder of a Hugging Face-style folder: `config.json` and safetensors weights, in one file
    /// or several, with or without the prefix `bert.`, in single or half precision.
    ///
    /// A pooler, position ids and, where names have the prefix, other tasks' heads (`cls.`, `classifier.`)
    /// are passed over.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL, dropout: Float? = nil) throws -> BertEncoder {
        let configuration = try BertConfiguration(file: folder.appendingPathComponent("config.json"))
        let encoder = BertEncoder(configuration.replacingDropout(dropout))
        try BackboneCheckpoint(folder: folder, naming: naming).load(encoder.parameters)
        return encoder
    }
}
