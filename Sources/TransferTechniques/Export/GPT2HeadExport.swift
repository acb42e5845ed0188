import DifferentiableTensors
import NeuralLayers
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// A linear head on normalised features in the terms of `GPT2ForSequenceClassification`, which multiplies the last
/// token's row with a matrix: one more layer does the pooling, and the final normalisation the head's.
///
/// - The backbone's own final normalisation moves into the added layer, in front of the part that is used. What
///   that part computes is multiplied by 2^36, next to which the residual vanishes, and the epsilon of the last
///   normalisation with it; the latter is plain.
/// - Mean pooling: queries and keys are zero, so that the last token attends to all alike, and values are the
///   identity. The feed-forward part is zero.
/// - The last token: attention is zero. The feed-forward part holds the identity twice, once negative: an
///   activation a in use here (GELU, either form of it, or ReLU) has a(x) − a(−x) = x.
enum GPT2HeadExport {
    private static let dominantScale: Float = 68_719_476_736

    /// The last token's identity takes two columns of the feed-forward part for each of its own.
    static func requireRoom(for head: ClassificationHead, on model: GPT2Model) throws {
        let (hidden, wide) = (model.hiddenSize, model.configuration.intermediateSize)
        guard head.pooling == .mean || wide >= 2 * hidden else {
            throw TechniqueError(
                .unsupported,
                "the last token's row can be exported where \"n_inner\" is at least twice \"n_embd\"; here they are "
                    + "\(wide) and \(hidden). Take technique.pooling: mean")
        }
    }

    static func tensors(
        _ head: ClassificationHead, on model: GPT2Model
    ) -> ClassifierExpression.AddedTensors {
        let layer = model.layerToAppend()
        switch head.pooling {
        case .mean: attendToAll(layer, normalizedBy: model.finalNorm)
        case .last, .cls: repeatToken(layer, normalizedBy: model.finalNorm)
        }
        let hidden = model.hiddenSize
        let plainNorm = [
            (name: model.finalNorm.weight.name, tensor: Tensor.filled(1, shape: [hidden])),
            (name: model.finalNorm.bias.name, tensor: Tensor.zeros([hidden])),
        ]
        return ClassifierExpression.AddedTensors(
            backbone: layer.parameters.map { (name: $0.name, tensor: $0.value) } + plainNorm,
            head: [
                (
                    name: "\(GPT2Model.classificationForm.classifier).weight",
                    tensor: head.classifier.weight.value
                )
            ])
    }

    private static func attendToAll(_ layer: GPT2Layer, normalizedBy norm: LayerNorm) {
        copy(norm, to: layer.attentionNorm)
        let hidden = norm.weight.count
        let projection = layer.attentionInput.weight.value
        for index in 0..<hidden { projection[index * 3 * hidden + 2 * hidden + index] = 1 }
        layer.attentionOutput.weight.value.assign(.diagonal(dominantScale, hidden))
    }

    private static func repeatToken(_ layer: GPT2Layer, normalizedBy norm: LayerNorm) {
        copy(norm, to: layer.feedForwardNorm)
        let (hidden, wide) = (norm.weight.count, layer.intermediate.bias.count)
        let (expansion, contraction) = (layer.intermediate.weight.value, layer.output.weight.value)
        for index in 0..<hidden {
            expansion[index * wide + index] = 1
            expansion[index * wide + hidden + index] = -1
            contraction[index * hidden + index] = dominantScale
            contraction[(hidden + index) * hidden + index] = -dominantScale
        }
    }

    private static func copy(_ source: LayerNorm, to target: LayerNorm) {
        target.weight.value.assign(source.weight.value)
        target.bias.value.assign(source.bias.value)
    }
}
