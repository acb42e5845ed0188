import TensorKernels

/// activation(x · weight + bias) for a weight that is stored [inputs, outputs].
/// - Parameters:
///   - x: [rows, inputs].
///   - bias: [outputs].
/// - Returns: [rows, outputs].
public func linear(
    _ x: Variable, inputMajorWeight weight: Variable, bias: Variable? = nil, activation: Activation? = nil
) -> Variable {
    let inputs = [x, weight] + (bias.map { [$0] } ?? [])
    let isRecorded = inputs.contains(where: \.requiresGradient)
    let product = inputMajorProduct(x.value, weight.value, bias: bias?.value)
    let (result, kept) = product.addRowAndActivate(nil, activation, keepsArgument: isRecorded)

    let xSlot = x.gradientSlot
    let weightSlot = weight.gradientSlot
    let biasSlot = bias?.gradientSlot
    let xValue = weightSlot == nil ? nil : x.value
    let weightValue = xSlot == nil ? nil : weight.value
    return Variable(recording: result, inputs: inputs) { upstream in
        var gradient = upstream
        if let activation, let kept {
            gradient = Tensor(uninitialized: upstream.shape)
            upstream.activationGradient(activation, kept: kept, into: gradient)
        }
        biasSlot?.accumulate { target, adds in gradient.columnSums(into: target, adds: adds) }
        if let weightSlot, let xValue {
            weightSlot.addProduct(TransposedProduct(xValue, gradient))
        }
        if let xSlot, let weightValue {
            xSlot.accumulate { target, adds in
                TensorKernels.matrixProduct(
                    gradient, weightValue, transposeB: true, into: target, adds: adds)
            }
        }
    }
}
