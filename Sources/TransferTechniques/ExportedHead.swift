import DifferentiableTensors
import NeuralLayers
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// A head in the terms of `BertForSequenceClassification` or RoBERTa's: perhaps one more encoder layer, then a pooler
/// (linear map and tanh on the first token) and a classifier.
///
/// - Mean pooling: an encoder layer whose queries and keys are zero attends to all tokens alike, so with the
///   identity as value it computes their mean m in every row. Its output projection multiplies by 2^22, next
///   to which the residual h vanishes: LN(2^22·m + h) is LN(m) but for about |h| / (2^22·|m|). The
///   feed-forward part is zero.
/// - The first token normalised: the same layer with a zero value: LN(0 + h).
/// - The layer normalises twice, with the backbone's `layer_norm_eps`, the head once, with next to none. The first
///   normalisation's scale is 2^22 too: the second divides by the deviation of that, beside which its epsilon
///   vanishes, and so undoes what the first one's epsilon did.
/// - Linear heads: a pooler of 2^-14 times the identity, where tanh is the identity but for a relative
///   (2^-14·x)² / 3, and a classifier multiplied by 2^14. Powers of two round nothing.
struct ExportedHead {
    /// Encoder layers behind the backbone's: 0 or 1.
    let addedLayerCount: Int
    /// With the names of the checkpoint.
    let tensors: [(name: String, tensor: Tensor)]

    private static let dominantScale: Float = 4_194_304
    private static let pooledScale: Float = 1 / 16_384

    init(
        _ head: ClassificationHead, configuration: BertConfiguration, names: SequenceClassificationNames
    ) {
        var tensors: [(name: String, tensor: Tensor)] = []
        let addsLayer = head.normalizesPooled
        if addsLayer {
            let layer = Self.poolingLayer(
                configuration, prefix: names.prefix, attends: head.pooling == .mean)
            tensors += layer.parameters.map { (name: $0.name, tensor: $0.value) }
        }
        let classifierWeight = head.classifier.weight.value
        if let dense = head.dense {
            tensors += [
                (name: "\(names.dense).weight", tensor: dense.weight.value),
                (name: "\(names.classifier).weight", tensor: classifierWeight),
            ]
            if let bias = dense.bias { tensors.append((name: "\(names.dense).bias", tensor: bias.value)) }
        } else {
            let hidden = head.hiddenSize
            tensors += [
                (name: "\(names.dense).weight", tensor: Self.diagonal(Self.pooledScale, hidden)),
                (name: "\(names.dense).bias", tensor: .zeros([hidden])),
                (
                    name: "\(names.classifier).weight",
                    tensor: classifierWeight.scaled(by: 1 / Self.pooledScale)
                ),
            ]
        }
        if let bias = head.classifier.bias {
            tensors.append((name: "\(names.classifier).bias", tensor: bias.value))
        }
        addedLayerCount = addsLayer ? 1 : 0
        self.tensors = tensors
    }

    private static func poolingLayer(
        _ configuration: BertConfiguration, prefix: String, attends: Bool
    ) -> TransformerEncoderLayer {
        // A new layer has zero weights and plain normalisations.
        let layer = TransformerEncoderLayer(
            "\(prefix)encoder.layer.\(configuration.layerCount)", hidden: configuration.hiddenSize,
            headCount: configuration.headCount, intermediate: configuration.intermediateSize)
        layer.attentionNorm.weight.value.fill(dominantScale)
        if attends {
            layer.attention.value.weight.value.assign(diagonal(1, configuration.hiddenSize))
            layer.attentionOutput.weight.value.assign(diagonal(dominantScale, configuration.hiddenSize))
        }
        return layer
    }

    private static func diagonal(_ value: Float, _ size: Int) -> Tensor {
        let matrix = Tensor.zeros([size, size])
        for index in 0..<size { matrix[index * size + index] = value }
        return matrix
    }
}
