import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// DistilBERT (Sanh et al. 2019, arXiv:1910.01108): half of BERT's layers, trained to say what BERT says.
///
/// Parameters have the names of Hugging Face's checkpoints without the prefix `distilbert.`:
/// `embeddings.word_embeddings.weight`, `transformer.layer.0.attention.q_lin.weight`, …
public final class DistilBertEncoder: TransformerBackbone {
    public let configuration: DistilBertConfiguration
    public let embeddings: DistilBertEmbeddings
    public let layers: [DistilBertLayer]

    static let naming = BackboneCheckpoint.Naming(
        prefix: "distilbert.",
        heads: [
            "pre_classifier.", "classifier.", "vocab_transform.", "vocab_layer_norm.", "vocab_projector.",
            "qa_outputs.",
        ])

    /// All weights zero, none with memory as yet.
    init(_ configuration: DistilBertConfiguration) {
        self.configuration = configuration
        embeddings = DistilBertEmbeddings("embeddings", configuration)
        layers = (0..<configuration.layerCount).map {
            DistilBertLayer("transformer.layer.\($0)", configuration)
        }
    }

    /// Loads the encoder of a Hugging Face-style folder, with or without the prefix `distilbert.`.
    ///
    /// Position ids and, where names have the prefix, other tasks' heads are passed over.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL, dropout: Float? = nil) throws -> DistilBertEncoder {
        let configuration = try DistilBertConfiguration(file: folder.appendingPathComponent("config.json"))
        let encoder = DistilBertEncoder(configuration.replacingDropout(dropout))
        try BackboneCheckpoint(folder: folder, naming: naming).load(encoder.parameters)
        return encoder
    }

    /// The same network with random weights, as pretraining begins. The same seed gives the same weights.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    public static func random(
        _ configuration: DistilBertConfiguration, seed: UInt64, dropout: Float? = nil
    ) -> DistilBertEncoder {
        let encoder = DistilBertEncoder(configuration.replacingDropout(dropout))
        let key = RandomKey(seed: seed).derived("backbone")
        encoder.embeddings.initialize(standardDeviation: configuration.initializerRange, key: key)
        for layer in encoder.layers {
            layer.initialize(standardDeviation: configuration.initializerRange, key: key)
        }
        return encoder
    }

    public var layerCount: Int { configuration.layerCount }
    public var hiddenSize: Int { configuration.hiddenSize }
    public var vocabularySize: Int { configuration.vocabularySize }
    public var maximumLength: Int { configuration.maximumLength }

    public var rowAlignment: Int? {
        let (hidden, intermediate) = (configuration.hiddenSize, configuration.intermediateSize)
        return RowAlignment.of([
            .init(k: hidden, n: hidden), .init(k: hidden, n: intermediate), .init(k: intermediate, n: hidden),
        ])
    }

    public var children: [any Module] { [embeddings] + layers }

    public func embed(_ batch: TokenBatch, context: ForwardContext) -> Variable {
        embeddings(batch, context: context)
    }

    public func forward(
        _ hidden: Variable, layers range: Range<Int>, layout: SequenceLayout, context: ForwardContext
    ) -> Variable {
        layers[range].reduce(hidden) { $1($0, layout: layout, context: context) }
    }

    public func parameters(belowCut cut: Int) -> [Parameter] {
        embeddings.parameters + layers[..<cut].flatMap(\.parameters)
    }
}
