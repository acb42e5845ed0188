import TensorKernels

/// Batch normalisation of each channel by the batch's own statistics (Ioffe and Szegedy 2015), then a residual
/// and a rectifier in the same pass: rectifier((x − mean) / √(variance + epsilon) · scale + shift + residual).
/// - Parameters:
///   - x: [..., channels].
///   - scale, shift: [channels].
///   - residual: shaped as `x`.
/// - Returns: the result, and the statistics that running ones follow.
public func batchNormalization(
    _ x: Variable, scale: Variable, shift: Variable, residual: Variable? = nil, rectifier: Rectifier? = nil,
    epsilon: Float
) -> (result: Variable, moments: ColumnMoments) {
    let moments = x.value.columnMoments()
    let result = normalization(
        x, scale: scale, shift: shift, residual: residual, rectifier: rectifier, epsilon: epsilon,
        moments: moments, areOwn: true)
    return (result, moments)
}

/// The same by given statistics, which are constants: those of evaluation and of frozen layers.
public func batchNormalization(
    _ x: Variable, scale: Variable, shift: Variable, residual: Variable? = nil, rectifier: Rectifier? = nil,
    epsilon: Float, moments: ColumnMoments
) -> Variable {
    normalization(
        x, scale: scale, shift: shift, residual: residual, rectifier: rectifier, epsilon: epsilon,
        moments: moments, areOwn: false)
}

/// - Parameter areOwn: whether the statistics are the batch's own and pass gradients on.
private func normalization(
    _ x: Variable, scale: Variable, shift: Variable, residual: Variable?, rectifier: Rectifier?,
    epsilon: Float, moments: ColumnMoments, areOwn: Bool
) -> Variable {
    let reciprocals = moments.reciprocalDeviations(epsilon: epsilon)
    let factors = scale.value.multiplied(by: reciprocals)
    let result = x.value.columnsNormalized(
        mean: moments.mean, scale: factors, shift: shift.value, residual: residual?.value,
        rectifier: rectifier)

    let xSlot = x.gradientSlot
    let scaleSlot = scale.gradientSlot
    let shiftSlot = shift.gradientSlot
    let residualSlot = residual?.gradientSlot
    let needsSums = scaleSlot != nil || shiftSlot != nil || areOwn && xSlot != nil
    let argument = needsSums ? x.value : nil
    let rectified = rectifier == nil ? nil : result
    let inputs = [x, scale, shift] + (residual.map { [$0] } ?? [])
    return Variable(recording: result, inputs: inputs) { upstream in
        var gradient = upstream
        if let rectifier, let rectified {
            gradient = upstream.rectifierGradient(rectifier, result: rectified)
        }
        residualSlot?.add(gradient)
        guard let argument else {
            xSlot?.add(gradient.columnsScaled(by: factors))
            return
        }
        let (sums, products) = gradient.batchNormalizationSums(
            argument: argument, mean: moments.mean, reciprocals: reciprocals)
        shiftSlot?.add(sums)
        scaleSlot?.add(products)
        if areOwn {
            xSlot?.add(
                gradient.batchNormalizationGradient(
                    argument: argument, mean: moments.mean, reciprocals: reciprocals, scale: factors,
                    sums: sums, products: products))
        } else {
            xSlot?.add(gradient.columnsScaled(by: factors))
        }
    }
}

extension Variable {
    /// rectifier(self + residual) in one pass; relu's and relu6's derivative is 0 at their corners.
    public func rectified(by rectifier: Rectifier, adding residual: Variable? = nil) -> Variable {
        let result = value.rectified(adding: residual?.value, by: rectifier)
        let inputs = [self] + (residual.map { [$0] } ?? [])
        return Variable(
            recording: result, inputs: inputs,
            pullback: { [slot = gradientSlot, residualSlot = residual?.gradientSlot] upstream in
                let gradient = upstream.rectifierGradient(rectifier, result: result)
                slot?.add(gradient)
                residualSlot?.add(gradient)
            })
    }
}
