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
    let packed = weight.value.packedConvolutionWeight(shape)
    let result = x.value.convolved(
        shape, packedWeight: packed, ending: ConvolutionEnding(bias: bias?.value),
        independently: independently)

    let xSlot = x.gradientSlot
    let weightSlot = weight.gradientSlot
    let biasSlot = bias?.gradientSlot
    let keptImages = weightSlot == nil ? nil : x.value
    let keptWeight = xSlot == nil ? nil : packed
    let inputs = [x, weight] + (bias.map { [$0] } ?? [])
    return Variable(recording: result, inputs: inputs) { upstream in
        biasSlot?.accumulate { target, adds in upstream.columnSums(into: target, adds: adds) }
        if let weightSlot, let keptImages {
            weightSlot.accumulate { target, adds in
                upstream.convolutionWeightGradient(shape, images: keptImages, into: target, adds: adds)
            }
        }
        if let xSlot, let keptWeight {
            xSlot.accumulate { target, adds in
                upstream.convolutionImageGradient(
                    shape, packedWeight: keptWeight, into: target, adds: adds)
            }
        }
    }
}
