import TensorKernels

/// A two-dimensional convolution of images [images, height, width, inputs], as PyTorch computes it
/// (a cross-correlation), zero padding.
/// - Parameters:
///   - weight: [outputs, inputs / groups, kernel height, kernel width].
///   - bias: [outputs].
///   - independently: whether an image's bits must not depend on the batch's other images.
/// - Returns: [images, height, width, outputs].
public func convolution(
    _ x: Variable, weight: Variable, bias: Variable? = nil, shape: ConvolutionShape,
    independently: Bool = false
) -> Variable {
    let packed = PackedConvolutionWeight(weight.value, shape)
    let inputs = [x, weight] + (bias.map { [$0] } ?? [])
    // An activation that rounding pushes over a rectifier's corner changes gradients by a jump: what is to be
    // differentiated is summed exactly. The gradients themselves are linear and may be rounded.
    let result = x.value.convolved(
        packed, ending: ConvolutionEnding(bias: bias?.value),
        independently: independently, exactly: inputs.contains(where: \.requiresGradient))

    let xSlot = x.gradientSlot
    let weightSlot = weight.gradientSlot
    let biasSlot = bias?.gradientSlot
    let keptImages = weightSlot == nil ? nil : x.value
    let keptWeight = xSlot == nil ? nil : packed
    return Variable(recording: result, inputs: inputs) { upstream in
        biasSlot?.accumulate { target, adds in upstream.columnSums(into: target, adds: adds) }
        if let weightSlot, let keptImages {
            weightSlot.accumulate { target, adds in
                upstream.convolutionWeightGradient(shape, images: keptImages, into: target, adds: adds)
            }
        }
        if let xSlot, let keptWeight {
            xSlot.accumulate { target, adds in
                upstream.convolutionImageGradient(keptWeight, into: target, adds: adds)
            }
        }
    }
}
