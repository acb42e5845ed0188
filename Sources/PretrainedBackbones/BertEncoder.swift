import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// BERT (Devlin et al. 2019, arXiv:1810.04805): embeddings and a stack of encoder layers, without pooler.
///
/// Parameters have the names of Hugging Face's checkpoints without the prefix `bert.`:
/// `embeddings.word_embeddings.weight`, `encoder.layer.0.attention.self.query.weight`, …
public final class BertEncoder: TransformerBackbone {
    public let configuration: BertConfiguration
    public let embeddings: BertEmbeddings
    public let layers: [TransformerEncoderLayer]
    public var rowAlignment: Int? {
        let (hidden, intermediate) = (configuration.hiddenSize, configuration.intermediateSize)
        return RowAlignment.of([
            .init(k: hidden, n: hidden), .init(k: hidden, n: intermediate), .init(k: intermediate, n: hidden),
        ])
    }

    /// All weights zero, none with memory as yet: for `load` and `random`.
    init(_ configuration: BertConfiguration) {
        self.configuration = configuration
        embeddings = BertEmbeddings("embeddings", configuration)
        layers = (0..<configuration.layerCount).map { index in
            TransformerEncoderLayer(
                "encoder.layer.\(index)", hidden: configuration.hiddenSize,
                headCount: configuration.headCount,
                intermediate: configuration.intermediateSize, activation: configuration.activation,
                epsilon: configuration.layerNormEpsilon, dropoutProbability: configuration.hiddenDropout,
                attentionDropoutProbability: configuration.attentionDropout)
        }
    }

    /// The same network with random weights, as BERT's pretraining begins: normal with the configured
    /// deviation, biases zero, normalisations plain. The same seed gives the same weights.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    public static func random(
        _ configuration: BertConfiguration, seed: UInt64, dropout: Float? = nil
    ) -> BertEncoder {
        let encoder = BertEncoder(configuration.replacingDropout(dropout))
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

extension BertConfiguration {
    func replacingDropout(_ dropout: Float?) -> BertConfiguration {
        var result = self
        result.hiddenDropout = dropout ?? hiddenDropout
        result.attentionDropout = dropout ?? attentionDropout
        return result
    }
}
