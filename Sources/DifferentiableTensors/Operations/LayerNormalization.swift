import TensorKernels

/// Layer normalisation over the last dimension (Ba et al. 2016) of `x`, or of `x + residual` in one pass:
/// (h − mean) / √(variance + epsilon) · scale + shift.
/// - Parameters:
///   - x: [..., columns].
///   - residual: as `x`.
///   - scale: [columns]; `nil`: ones.
///   - shift: [columns]; `nil`: zeros.
public func layerNormalization(
    _ x: Variable, residual: Variable? = nil, scale: Variable? = nil, shift: Variable? = nil, epsilon: Float
) -> Variable {
    let inputs = [x, residual, scale, shift].compactMap { $0 }
    let isRecorded = inputs.contains(where: \.requiresGradient)
    let forward = x.value.layerNormalized(
        residual: residual?.value, scale: scale?.value, shift: shift?.value, epsilon: epsilon,
        keepsStatistics: isRecorded)
    guard let statistics = forward.statistics else { return Variable(forward.result) }

    let xSlot = x.gradientSlot
    let residualSlot = residual?.gradientSlot
    let scaleSlot = scale?.gradientSlot
    let shiftSlot = shift?.gradientSlot
    let scaleValue = scale?.value
    return Variable(recording: forward.result, inputs: inputs) { upstream in
        shiftSlot?.accumulate { target, adds in upstream.columnSums(into: target, adds: adds) }
        scaleSlot?.accumulate { target, adds in
            upstream.columnProductSums(statistics.normalized, into: target, adds: adds)
        }
        guard xSlot != nil || residualSlot != nil else { return }
        let gradient = upstream.layerNormalizationGradient(statistics, scale: scaleValue)
        xSlot?.add(gradient)
        residualSlot?.add(gradient)
    }
}
