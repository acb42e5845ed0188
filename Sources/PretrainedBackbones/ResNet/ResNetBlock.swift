import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A residual block: two 3 by 3 convolutions, or a bottleneck of three, each with its batch normalisation, and
/// a shortcut past them.
public final class ResNetBlock: Module {
    /// How the block's input gets the result's shape.
    public enum Shortcut {
        case identity
        /// `downsample.0` and `downsample.1`: a 1 by 1 convolution and a batch normalisation.
        case projection(Convolution2D, BatchNorm2D)
        /// Every stride-th pixel, and channels of zeros.
        case zeroPadding(stride: Int, channels: Int)
    }

    public let convolutions: [Convolution2D]
    public let norms: [BatchNorm2D]
    public let shortcut: Shortcut

    /// - Parameters:
    ///   - name: "layer1.0".
    ///   - width: the stage's.
    init(_ name: String, inputs: Int, width: Int, stride: Int, configuration: ResNetConfiguration) {
        let outputs = configuration.hasBottlenecks ? 4 * width : width
        // The stride is the 3 by 3 convolution's, as in torchvision and timm.
        let sizes =
            configuration.hasBottlenecks
            ? [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
            : [(inputs, width, 3, stride), (width, width, 3, 1)]
        convolutions = sizes.enumerated().map { index, size in
            Convolution2D(
                "\(name).conv\(index + 1)",
                ConvolutionShape(
                    inputs: size.0, outputs: size.1, kernelHeight: size.2, kernelWidth: size.2,
                    stride: size.3, padding: size.2 / 2))
        }
        norms = sizes.enumerated().map { BatchNorm2D("\(name).bn\($0 + 1)", channels: $1.1) }
        if stride == 1, inputs == outputs {
            shortcut = .identity
        } else if configuration.family == .cifar {
            shortcut = .zeroPadding(stride: stride, channels: outputs)
        } else {
            let projection = ConvolutionShape(
                inputs: inputs, outputs: outputs, kernelHeight: 1, kernelWidth: 1, stride: stride)
            shortcut = .projection(
                Convolution2D("\(name).downsample.0", projection),
                BatchNorm2D("\(name).downsample.1", channels: outputs))
        }
    }

    public var children: [any Module] {
        let main = zip(convolutions, norms).flatMap { [$0 as any Module, $1] }
        guard case .projection(let convolution, let norm) = shortcut else { return main }
        return main + [convolution, norm]
    }

    /// - Parameter x: [images, height, width, inputs].
    /// - Returns: [images, height / stride, width / stride, outputs].
    public func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        let residual = shortened(x, context: context)
        var hidden = x
        for (convolution, norm) in zip(convolutions, norms) {
            hidden = norm(
                convolution(hidden, context: context), residual: norm === norms.last ? residual : nil,
                rectifier: .relu, context: context)
        }
        return hidden
    }

    /// Random weights, normalisations plain.
    func initialize(key: RandomKey) {
        for convolution in convolutions { convolution.initialize(key: key) }
        for norm in norms { norm.initialize() }
        guard case .projection(let convolution, let norm) = shortcut else { return }
        convolution.initialize(key: key)
        norm.initialize()
    }

    private func shortened(_ x: Variable, context: ForwardContext) -> Variable {
        switch shortcut {
        case .identity: x
        case .projection(let convolution, let norm): norm(convolution(x, context: context), context: context)
        case .zeroPadding(let stride, let channels): x.zeroPaddedShortcut(stride: stride, channels: channels)
        }
    }
}
