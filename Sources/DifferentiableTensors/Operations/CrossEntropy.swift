import TensorKernels

/// The sum over samples of weight · (−log softmax(logits)[label]).
/// - Parameters:
///   - logits: [samples, classes].
///   - labels: the class of each sample, 0 ..< classes.
///   - weight: factor of every sample; 1 / (samples of the global batch) makes gradients of micro-batches
///     add up to the mean's.
/// - Returns: shape [].
public func crossEntropy(_ logits: Variable, labels: [Int], weight: Float = 1) -> Variable {
    let (losses, probabilities) = logits.value.crossEntropy(labels: labels)
    return Variable(
        recording: losses.sum().scaled(by: weight), inputs: [logits],
        pullback: { [slot = logits.gradientSlot] upstream in
            slot?.add(probabilities.crossEntropyGradient(labels: labels, factor: upstream.scalar * weight))
        })
}

/// The sum over samples of weight · (−Σ target · log softmax(logits)): cross-entropy with soft targets.
/// - Parameters:
///   - logits: [samples, classes].
///   - targets: of the same shape, none negative: a sample's distribution over the classes, perhaps times the
///     classes' weights. Data: no gradient goes there.
///   - weight: factor of every sample; see `crossEntropy(_:labels:weight:)`.
/// - Returns: shape [].
public func crossEntropy(_ logits: Variable, targets: Tensor, weight: Float = 1) -> Variable {
    let (losses, probabilities) = logits.value.softCrossEntropy(targets: targets)
    return Variable(
        recording: losses.sum().scaled(by: weight), inputs: [logits],
        pullback: { [slot = logits.gradientSlot] upstream in
            slot?.add(
                probabilities.softCrossEntropyGradient(targets: targets, factor: upstream.scalar * weight))
        })
}

/// −log softmax(logits)[label] of each sample, without a graph.
/// - Returns: [samples].
public func crossEntropies(_ logits: Tensor, labels: [Int]) -> [Float] {
    logits.crossEntropy(labels: labels).losses.scalars
}
