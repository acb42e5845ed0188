import DifferentiableTensors
import NeuralLayers
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// A head in the terms of the classifiers of BERT, RoBERTa and DistilBERT: perhaps one more encoder layer, then a
/// linear map of the first token and its activation, and a classifier.
///
/// - Mean pooling: an encoder layer whose queries and keys are zero attends to all tokens alike, so with the
///   identity as value it computes their mean m in every row. Its output projection multiplies by 2^22, next
///   to which the residual h vanishes: LN(2^22·m + h) is LN(m) but for about |h| / (2^22·|m|). The
///   feed-forward part is zero.
/// - The first token normalised: the same layer with a zero value: LN(0 + h).
/// - The layer normalises twice, with the backbone's `layer_norm_eps`, the head once, with next to none. The first
///   normalisation's scale is 2^22 too: the second divides by the deviation of that, beside which its epsilon
///   vanishes, and so undoes what the first one's epsilon did.
/// - Linear heads before tanh: a map of 2^-14 times the identity, where tanh is the identity but for a relative
///   (2^-14·x)² / 3, and a classifier multiplied by 2^14. Powers of two round nothing.
/// - Linear heads before ReLU: x + s, s so large that nothing is negative (no column of a normalised row of n
///   is beyond √n), and a classifier whose bias takes s back.
enum EncoderHeadExport {
    private static let dominantScale: Float = 4_194_304
    private static let pooledScale: Float = 1 / 16_384

    static func tensors(
        _ head: ClassificationHead, on encoder: any PostNormEncoder
    ) -> ClassifierExpression.AddedTensors {
        let form = type(of: encoder).classificationForm
        var added = ClassifierExpression.AddedTensors()
        if head.normalizesPooled {
            added.backbone = poolingLayer(of: encoder, attends: head.pooling == .mean)
        }
        let (dense, classifier) = linearMaps(head, before: form.activation)
        added.head = [
            (name: "\(form.dense ?? "").weight", tensor: dense.weight),
            (name: "\(form.dense ?? "").bias", tensor: dense.bias),
            (name: "\(form.classifier).weight", tensor: classifier.weight),
            (name: "\(form.classifier).bias", tensor: classifier.bias),
        ]
        return added
    }

    private typealias LinearMap = (weight: Tensor, bias: Tensor)

    /// The map below the activation, and that to the labels.
    private static func linearMaps(
        _ head: ClassificationHead, before activation: Activation
    ) -> (dense: LinearMap, classifier: LinearMap) {
        let (hidden, weight) = (head.hiddenSize, head.classifier.weight.value)
        let bias = head.classifier.bias?.value ?? .zeros([head.labelCount])
        if let dense = head.dense {
            let denseBias = dense.bias?.value ?? .zeros([hidden])
            return ((dense.weight.value, denseBias), (weight, bias))
        }
        guard activation == .relu else {
            let small = (Tensor.diagonal(pooledScale, hidden), Tensor.zeros([hidden]))
            return (small, (weight.scaled(by: 1 / pooledScale), bias))
        }
        let shift = powerOfTwo(atLeast: Float(hidden).squareRoot())
        let shifted = (Tensor.diagonal(1, hidden), Tensor.filled(shift, shape: [hidden]))
        return (shifted, (weight, taking(shift, of: weight, from: bias)))
    }

    private static func powerOfTwo(atLeast bound: Float) -> Float {
        var power: Float = 1
        while power < bound { power *= 2 }
        return power
    }

    /// bias − shift · (sums of the weight's rows).
    private static func taking(_ shift: Float, of weight: Tensor, from bias: Tensor) -> Tensor {
        let scalars = (0..<weight.rowCount).map { label in
            let sum = weight.rows(label..<label + 1).scalars.reduce(Double(0)) { $0 + Double($1) }
            return Float(Double(bias[label]) - Double(shift) * sum)
        }
        return Tensor(scalars, shape: bias.shape)
    }

    private static func poolingLayer(
        of encoder: any PostNormEncoder, attends: Bool
    ) -> [(name: String, tensor: Tensor)] {
        let added = encoder.layerToAppend()
        added.attentionNorm.weight.value.fill(dominantScale)
        if attends {
            added.value.weight.value.assign(.diagonal(1, encoder.hiddenSize))
            added.attentionOutput.weight.value.assign(.diagonal(dominantScale, encoder.hiddenSize))
        }
        return added.layer.parameters.map { (name: $0.name, tensor: $0.value) }
    }
}
