import DifferentiableTensors
import NeuralLayers

/// An encoder whose layers normalise behind each residual, as BERT's do, and to which such a layer can be
/// appended.
public protocol PostNormEncoder: ClassifiableEncoder {
    /// One more layer, behind the last, with zero weights and plain normalisations.
    func layerToAppend() -> PostNormLayer
}

/// A layer and those of its parts that an exported head gives weights to.
public struct PostNormLayer {
    public let layer: any Module
    /// From a token to what others take from it.
    public let value: Linear
    /// From what was taken to what is added to the token.
    public let attentionOutput: Linear
    /// Behind that sum.
    public let attentionNorm: LayerNorm
}

extension BertEncoder: PostNormEncoder {
    public func layerToAppend() -> PostNormLayer { PostNormLayer(bertLayer: layerCount, configuration) }
}

extension RobertaEncoder: PostNormEncoder {
    public func layerToAppend() -> PostNormLayer { PostNormLayer(bertLayer: layerCount, configuration) }
}

extension DistilBertEncoder: PostNormEncoder {
    public func layerToAppend() -> PostNormLayer {
        let layer = DistilBertLayer("transformer.layer.\(layerCount)", configuration)
        return PostNormLayer(
            layer: layer, value: layer.value, attentionOutput: layer.attentionOutput,
            attentionNorm: layer.attentionNorm)
    }
}

extension PostNormLayer {
    fileprivate init(bertLayer index: Int, _ configuration: BertConfiguration) {
        let layer = TransformerEncoderLayer(
            "encoder.layer.\(index)", hidden: configuration.hiddenSize, headCount: configuration.headCount,
            intermediate: configuration.intermediateSize)
        self.init(
            layer: layer, value: layer.attention.value, attentionOutput: layer.attentionOutput,
            attentionNorm: layer.attentionNorm)
    }
}
