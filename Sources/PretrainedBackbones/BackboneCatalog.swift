import DifferentiableTensors
import Foundation
import NeuralLayers

/// From a model folder to its backbone, by the `model_type` of its `config.json`. A new architecture for text is
/// registered here and nowhere else.
public enum BackboneCatalog {
    enum Architecture: String, CaseIterable {
        case bert
        case roberta
        case distilbert
        case gpt2
        case t5
    }

    /// The values of `model_type` that are supported.
    public static var modelTypes: [String] { Architecture.allCases.map(\.rawValue) }

    /// Those of them that jobs train classifiers on.
    public static let classifiableTypes = [
        BertEncoder.classificationForm, RobertaEncoder.classificationForm,
        DistilBertEncoder.classificationForm,
        GPT2Model.classificationForm,
    ].map(\.modelType)

    /// Loads the backbone of a Hugging Face-style folder; of T5 the encoder.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL, dropout: Float? = nil) throws -> any TransformerBackbone {
        switch try architecture(folder) {
        case .bert: try BertEncoder.load(folder: folder, dropout: dropout)
        case .roberta: try RobertaEncoder.load(folder: folder, dropout: dropout)
        case .distilbert: try DistilBertEncoder.load(folder: folder, dropout: dropout)
        case .gpt2: try GPT2Model.load(folder: folder, dropout: dropout)
        case .t5: try T5Encoder.load(folder: folder, dropout: dropout)
        }
    }

    /// The network that a folder's `config.json` describes, with random weights that follow the seed.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError`.
    public static func random(
        folder: URL, seed: UInt64, dropout: Float? = nil
    ) throws -> any TransformerBackbone {
        let file = folder.appendingPathComponent("config.json")
        switch try architecture(folder) {
        case .bert: return try BertEncoder.random(BertConfiguration(file: file), seed: seed, dropout: dropout)
        case .roberta:
            return try RobertaEncoder.random(
                BertConfiguration(robertaFile: file), seed: seed, dropout: dropout)
        case .distilbert:
            return try DistilBertEncoder.random(
                DistilBertConfiguration(file: file), seed: seed, dropout: dropout)
        case .gpt2: return try GPT2Model.random(GPT2Configuration(file: file), seed: seed, dropout: dropout)
        case .t5: return try T5Encoder.random(T5Configuration(file: file), seed: seed, dropout: dropout)
        }
    }

    /// The network without memory for its weights, and how its files name them.
    static func blank(
        folder: URL
    ) throws -> (
        architecture: Architecture, backbone: any TransformerBackbone, naming: BackboneCheckpoint.Naming
    ) {
        let file = folder.appendingPathComponent("config.json")
        let architecture = try architecture(folder)
        switch architecture {
        case .bert:
            return (architecture, try BertEncoder(BertConfiguration(file: file)), BertEncoder.naming)
        case .roberta:
            let encoder = try RobertaEncoder(BertConfiguration(robertaFile: file))
            return (architecture, encoder, RobertaEncoder.naming)
        case .distilbert:
            let encoder = try DistilBertEncoder(DistilBertConfiguration(file: file))
            return (architecture, encoder, DistilBertEncoder.naming)
        case .gpt2:
            return (architecture, try GPT2Model(GPT2Configuration(file: file)), GPT2Model.naming)
        case .t5:
            return (architecture, try T5Encoder(T5Configuration(file: file)), T5Encoder.naming)
        }
    }

    private static func architecture(_ folder: URL) throws -> Architecture {
        let source = try ConfigurationFile(folder.appendingPathComponent("config.json"))
        let type = try source.modelType()
        guard let architecture = Architecture(rawValue: type) else {
            let known = modelTypes.map { "\"\($0)\"" }.joined(separator: ", ")
            throw source.unsupported("\"model_type\" is \"\(type)\"; \(known) are supported")
        }
        return architecture
    }
}
