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

/// −log softmax(logits)[label] of each sample, without a graph.
/// - Returns: [samples].
public func crossEntropies(_ logits: Tensor, labels: [Int]) -> [Float] {
    logits.crossEntropy(labels: labels).losses.scalars
}
