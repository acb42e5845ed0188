import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A convolution, its batch normalisation and perhaps a rectifier.
final class NormalizedConvolution: Module {
    let convolution: Convolution2D
    let norm: BatchNorm2D
    let rectifier: Rectifier?

    init(_ names: MobileNetV2Names.Pair, _ shape: ConvolutionShape, rectifier: Rectifier?) {
        convolution = Convolution2D(names.convolution, shape)
        norm = BatchNorm2D(names.norm, channels: shape.outputs)
        self.rectifier = rectifier
    }

    var children: [any Module] { [convolution, norm] }

    func callAsFunction(_ x: Variable, residual: Variable? = nil, context: ForwardContext) -> Variable {
        norm(convolution(x, context: context), residual: residual, rectifier: rectifier, context: context)
    }

    func initialize(key: RandomKey) {
        convolution.initialize(key: key)
        norm.initialize()
    }
}
