import TensorKernels

/// a · b for matrices [m, k] and [k, n].
public func matrixProduct(_ a: Variable, _ b: Variable) -> Variable {
    let aSlot = a.gradientSlot
    let bSlot = b.gradientSlot
    let aValue = bSlot == nil ? nil : a.value
    let bValue = aSlot == nil ? nil : b.value
    let product = TensorKernels.matrixProduct(a.value, b.value)
    return Variable(recording: product, inputs: [a, b]) { upstream in
        if let aSlot, let bValue {
            aSlot.accumulate { target, adds in
                TensorKernels.matrixProduct(upstream, bValue, transposeB: true, into: target, adds: adds)
            }
        }
        if let bSlot, let aValue {
            bSlot.accumulate { target, adds in
                TensorKernels.matrixProduct(aValue, upstream, transposeA: true, into: target, adds: adds)
            }
        }
    }
}

/// activation(x · weightᵀ + bias), the bias and the activation in one pass over the product.
/// - Parameters:
///   - x: [rows, inputs].
///   - weight: [outputs, inputs], as checkpoints store it.
///   - bias: [outputs].
/// - Returns: [rows, outputs].
public func linear(
    _ x: Variable, weight: Variable, bias: Variable? = nil, activation: Activation? = nil
) -> Variable {
    let inputs = [x, weight] + (bias.map { [$0] } ?? [])
    let isRecorded = inputs.contains(where: \.requiresGradient)
    let product = TensorKernels.matrixProduct(x.value, weight.value, transposeB: true)
    let (result, kept) = product.addRowAndActivate(bias?.value, activation, keepsArgument: isRecorded)

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
            weightSlot.addProduct(TransposedProduct(gradient, xValue))
        }
        if let xSlot, let weightValue {
            xSlot.accumulate { target, adds in
                TensorKernels.matrixProduct(gradient, weightValue, into: target, adds: adds)
            }
        }
    }
}
