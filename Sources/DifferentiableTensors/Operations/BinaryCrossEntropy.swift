import TensorKernels

/// The sum over samples of weight · (−log of the probability that the sample is what `isPositive` says), the
/// probability of "positive" being 1 / (1 + e^−logit).
/// - Parameters:
///   - logits: any shape; every element is a sample.
///   - isPositive: what all of them are.
///   - weight: factor of every sample; see `crossEntropy(_:labels:weight:)`.
/// - Returns: shape [].
public func binaryCrossEntropy(_ logits: Variable, isPositive: Bool, weight: Float = 1) -> Variable {
    let pairs = logits.value.twoClassLogits()
    let labels = [Int](repeating: isPositive ? 1 : 0, count: pairs.rowCount)
    let (losses, probabilities) = pairs.crossEntropy(labels: labels)
    return Variable(
        recording: losses.sum().scaled(by: weight), inputs: [logits],
        pullback: { [slot = logits.gradientSlot, shape = logits.shape] upstream in
            let gradient = probabilities.crossEntropyGradient(
                labels: labels, factor: upstream.scalar * weight)
            slot?.add(
                TensorKernels.matrixProduct(gradient, Tensor([0, 1], shape: [1, 2]), transposeB: true)
                    .reshaped(shape))
        })
}
