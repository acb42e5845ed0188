import TensorKernels

/// Root-mean-square normalisation over the last dimension (Zhang and Sennrich 2019, arXiv:1910.07467):
/// x / √(mean(x²) + epsilon) · scale.
/// - Parameters:
///   - x: [..., columns].
///   - scale: [columns].
public func rootMeanSquareNormalization(_ x: Variable, scale: Variable, epsilon: Float) -> Variable {
    let scaleValue = scale.value
    let forward = x.value.rootMeanSquareNormalized(
        scale: scaleValue, epsilon: epsilon,
        keepsStatistics: x.requiresGradient || scale.requiresGradient)
    guard let statistics = forward.statistics else { return Variable(forward.result) }
    let (xSlot, scaleSlot) = (x.gradientSlot, scale.gradientSlot)
    return Variable(recording: forward.result, inputs: [x, scale]) { upstream in
        scaleSlot?.accumulate { target, adds in
            upstream.columnProductSums(statistics.normalized, into: target, adds: adds)
        }
        xSlot?.add(upstream.rootMeanSquareGradient(statistics, scale: scaleValue))
    }
}
