import DifferentiableTensors
import TensorKernels

/// From colours to one grey value a pixel, by the luma of Rec. ITU-R BT.601, as image libraries have it; pixels
/// that are grey keep their value but for rounding.
///
/// It is linear and its weights sum to 1: on normalised colours, all by the same mean and deviation, it gives the
/// normalised grey value.
struct GreyValues {
    private let weight: PackedConvolutionWeight

    init() {
        let shape = ConvolutionShape(inputs: 3, outputs: 1, kernelHeight: 1, kernelWidth: 1)
        weight = PackedConvolutionWeight(Tensor([0.299, 0.587, 0.114], shape: shape.weightShape), shape)
    }

    /// - Parameter images: [images, height, width, 3].
    /// - Returns: [images, height, width, 1]; an image's bits do not depend on the others.
    func callAsFunction(_ images: Tensor) -> Tensor { images.convolved(weight, independently: true) }

    /// As data: no gradient goes back to images.
    func callAsFunction(_ images: Variable) -> Variable { Variable(self(images.value)) }
}
