import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// RoBERTa (Liu et al. 2019, arXiv:1907.11692): BERT's layers over byte-pair tokens, without pooler.
///
/// Parameters have the names of Hugging Face's checkpoints without the prefix `roberta.`.
public final class RobertaEncoder: TransformerBackbone {
    /// `maximumLength` counts rows of the position table, `padID` + 1 more than a sequence's tokens.
    public let configuration: BertConfiguration
    public let embeddings: RobertaEmbeddings
    public let layers: [TransformerEncoderLayer]

    static let naming = BackboneCheckpoint.Naming(
        prefix: "roberta.", optional: ["pooler."], heads: ["classifier.", "lm_head.", "qa_outputs."])

    /// All weights zero, none with memory as yet.
    init(_ configuration: BertConfiguration) {
        self.configuration = configuration
        embeddings = RobertaEmbeddings("embeddings", configuration)
        layers = (0..<configuration.layerCount).map { index in
            TransformerEncoderLayer(
                "encoder.layer.\(index)", hidden: configuration.hiddenSize,
                headCount: configuration.headCount, intermediate: configuration.intermediateSize,
                activation: configuration.activation, epsilon: configuration.layerNormEpsilon,
                dropoutProbability: configuration.hiddenDropout,
                attentionDropoutProbability: configuration.attentionDropout)
        }
    }

    /// Loads the encoder of a Hugging Face-style folder, with or without the prefix `roberta.`.
    ///
    /// A pooler, position ids and, where names have the prefix, other tasks' heads are passed over.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL, dropout: Float? = nil) throws -> RobertaEncoder {
        let configuration = try BertConfiguration(robertaFile: folder.appendingPathComponent("config.json"))
        let encoder = RobertaEncoder(configuration.replacingDropout(dropout))
        try BackboneCheckpoint(folder: folder, naming: naming).load(encoder.parameters)
        return encoder
    }

    /// The same network with random weights, as pretraining begins. The same seed gives the same weights.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    public static func random(
        _ configuration: BertConfiguration, seed: UInt64, dropout: Float? = nil
    ) -> RobertaEncoder {
        let encoder = RobertaEncoder(configuration.replacingDropout(dropout))
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
    public var maximumLength: Int { configuration.maximumLength - configuration.padID - 1 }

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
