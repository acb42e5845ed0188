import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// An inverted residual block: a 1 by 1 convolution to many channels, a depthwise 3 by 3 one, and a 1 by 1
/// one to few without a rectifier; the input is added where it has the result's shape. The first block does
/// not expand.
final class MobileNetV2Block: Module {
    let convolutions: [NormalizedConvolution]
    let addsInput: Bool

    /// - Parameter names: of the convolutions, in order.
    init(_ names: [MobileNetV2Names.Pair], _ block: MobileNetV2Configuration.Block) {
        let depthwise = ConvolutionShape(
            inputs: block.expanded, outputs: block.expanded, kernelHeight: 3, kernelWidth: 3,
            stride: block.stride, padding: 1, groups: block.expanded)
        var shapes = [depthwise, Self.pointwise(block.expanded, block.outputs)]
        if block.expanded != block.inputs {
            shapes.insert(Self.pointwise(block.inputs, block.expanded), at: 0)
        }
        convolutions = zip(names, shapes).enumerated().map { index, pair in
            NormalizedConvolution(
                pair.0, pair.1, rectifier: index < shapes.count - 1 ? .relu6 : nil)
        }
        addsInput = block.stride == 1 && block.inputs == block.outputs
    }

    static func pointwise(_ inputs: Int, _ outputs: Int) -> ConvolutionShape {
        ConvolutionShape(inputs: inputs, outputs: outputs, kernelHeight: 1, kernelWidth: 1)
    }

    var children: [any Module] { convolutions }

    /// - Parameter x: [images, height, width, inputs].
    /// - Returns: [images, height / stride, width / stride, outputs].
    func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        convolutions.reduce(x) { hidden, convolution in
            convolution(
                hidden, residual: addsInput && convolution === convolutions.last ? x : nil, context: context)
        }
    }
}
