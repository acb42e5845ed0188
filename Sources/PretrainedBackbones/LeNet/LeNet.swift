import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A LeNet for images [images, height, width, 3]: two convolutions of 5 by 5, each with a maximum pooling and a
/// rectifier, and a linear layer of 500 outputs.
///
/// Parameters have the names of the PyTorch modules that CDAN's authors train on digits: `conv_params.0`,
/// `conv_params.3`, `fc_params.0`; a classifier's head is `classifier`. The parts are the two convolutions with what
/// belongs to them, under those names, and `fc_params`.
public final class LeNet: ImageBackbone {
    public let configuration: LeNetConfiguration
    let convolutions: [Convolution2D]
    let linear: Linear
    private let grey: GreyValues?
    private let channelDropout: ChannelDropout
    private let dropout: Dropout

    /// All weights zero, none with memory as yet.
    init(_ configuration: LeNetConfiguration) {
        self.configuration = configuration
        grey = configuration.channels == 1 ? GreyValues() : nil
        let (first, second) = LeNetConfiguration.filters
        convolutions = [
            Convolution2D("conv_params.0", Self.filter(configuration.channels, first), hasBias: true),
            Convolution2D("conv_params.3", Self.filter(first, second), hasBias: true),
        ]
        let map = Self.sizes(configuration, belowCut: 2).shape
        linear = Linear(
            "fc_params.0", inputs: map.reduce(1, *), outputs: LeNetConfiguration.featureCount)
        channelDropout = ChannelDropout(probability: configuration.dropout)
        dropout = Dropout(probability: configuration.dropout)
    }

    /// As PyTorch's layers begin, since what is published for this network began so: weights and biases uniform
    /// within 1 / √inputs of zero.
    public func initialize(seed: UInt64) {
        let key = RandomKey(seed: seed).derived("backbone")
        for layer in [convolutions[0].ownParameters, convolutions[1].ownParameters, linear.ownParameters] {
            guard let inputs = layer.first?.shape.dropFirst().reduce(1, *) else { continue }
            let bound = 1 / Float(inputs).squareRoot()
            for parameter in layer {
                parameter.setValue { $0.fillUniform(-bound, bound, key: key.derived(parameter.name).bits) }
            }
        }
    }

    public var children: [any Module] { convolutions + [channelDropout, linear, dropout] }

    public var input: ImageInput { configuration.input }
    public var featureCount: Int { LeNetConfiguration.featureCount }
    public var headName: String { "classifier" }
    public var cutNames: [String] { ["conv_params.0", "conv_params.3", "fc_params"] }

    public func forward(_ x: Variable, parts: Range<Int>, context: ForwardContext) -> Variable {
        parts.reduce(x) { x, part in
            switch part {
            case 0: convolved(grey.map { $0(x) } ?? x, part, context: context)
            case 1: convolved(x, part, context: context)
            default:
                dropout(
                    linear(x.flattenedByChannel(), activation: .relu, context: context), context: context)
            }
        }
    }

    public func parameters(belowCut cut: Int) -> [Parameter] {
        convolutions.prefix(cut).flatMap(\.parameters) + (cut > 2 ? linear.parameters : [])
    }

    public func buffers(belowCut cut: Int) -> [Buffer] { [] }

    public func frozenForward(belowCut cut: Int) -> any FrozenFeatureForward {
        FrozenLeNet(self, belowCut: cut)
    }

    /// Published with dropout before the pooling: a factor that is not negative may come behind it as well, where
    /// there is a quarter of the pixels.
    private func convolved(_ x: Variable, _ part: Int, context: ForwardContext) -> Variable {
        let pooled = convolutions[part](x, context: context).maximumPooled(Self.pooling)
        return (part == 1 ? channelDropout(pooled, context: context) : pooled).rectified(by: .relu)
    }

    static let pooling = ImageWindows(2, 2, stride: 2)

    private static func filter(_ inputs: Int, _ outputs: Int) -> ConvolutionShape {
        ConvolutionShape(inputs: inputs, outputs: outputs, kernelHeight: 5, kernelWidth: 5)
    }
}

extension LeNet {
    public func featureShape(belowCut cut: Int) -> [Int] {
        Self.sizes(configuration, belowCut: cut).shape
    }

    public func operations(belowCut cut: Int) -> Int {
        Self.sizes(configuration, belowCut: cut).operations
    }

    private static func sizes(_ configuration: LeNetConfiguration, belowCut cut: Int) -> ImageSizes {
        var sizes = ImageSizes(shape: [configuration.input.height, configuration.input.width, 3])
        let (first, second) = LeNetConfiguration.filters
        for shape in [filter(configuration.channels, first), filter(first, second)].prefix(cut) {
            sizes.pass(shape)
            sizes.pool(pooling)
        }
        guard cut > 2 else { return sizes }
        sizes.operations += 2 * sizes.shape.reduce(1, *) * LeNetConfiguration.featureCount
        sizes.shape = [LeNetConfiguration.featureCount]
        return sizes
    }
}
