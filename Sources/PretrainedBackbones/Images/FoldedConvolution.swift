import NeuralLayers
import TensorKernels

/// A convolution and the batch normalisation behind it as one convolution, by the running statistics.
struct FoldedConvolution {
    private let packedWeight: PackedConvolutionWeight
    private let bias: Tensor

    init(_ convolution: Convolution2D, _ norm: BatchNorm2D) {
        let shape = convolution.shape
        let (scale, shift) = norm.foldedFactors()
        let weight = convolution.weight.value.copy()
        for output in 0..<shape.outputs {
            weight.rows(output..<output + 1).scaleInPlace(by: scale[output])
        }
        packedWeight = PackedConvolutionWeight(weight, shape)
        if let ownBias = convolution.bias?.value {
            bias = shift.adding(ownBias.multiplied(by: scale))
        } else {
            bias = shift
        }
    }

    /// rectifier(convolution + residual); an image's bits do not depend on the others.
    func callAsFunction(_ x: Tensor, residual: Tensor? = nil, rectifier: Rectifier? = nil) -> Tensor {
        x.convolved(
            packedWeight,
            ending: ConvolutionEnding(bias: bias, residual: residual, rectifier: rectifier),
            independently: true)
    }
}
