import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) for images [images, height, width, 3], under timm's or
/// torchvision's names.
///
/// The parts are `stem`, the blocks under their paths in the layout (`blocks.1.0`, `features.2`), the last
/// convolution (`conv_head`, `features.18`) and `pooled`.
public final class MobileNetV2: ImageBackbone {
    public let configuration: MobileNetV2Configuration
    let stem: NormalizedConvolution
    let blocks: [MobileNetV2Block]
    let last: NormalizedConvolution
    private let names: MobileNetV2Names

    /// All convolutions zero, none with memory as yet.
    init(_ configuration: MobileNetV2Configuration) {
        self.configuration = configuration
        let names = MobileNetV2Names(configuration)
        self.names = names
        stem = NormalizedConvolution(
            names.stem,
            ConvolutionShape(
                inputs: 3, outputs: configuration.stemChannels, kernelHeight: 3, kernelWidth: 3, stride: 2,
                padding: 1), rectifier: .relu6)
        let shapes = configuration.blocks
        blocks = zip(names.blocks, shapes).map { name, block in
            MobileNetV2Block(
                names.convolutions(name, expands: block.expanded != block.inputs), block)
        }
        last = NormalizedConvolution(
            names.last,
            MobileNetV2Block.pointwise(
                shapes.last?.outputs ?? configuration.stemChannels, configuration.featureCount),
            rectifier: .relu6)
    }

    public func initialize(seed: UInt64) {
        let key = RandomKey(seed: seed).derived("backbone")
        for convolution in [stem] + blocks.flatMap(\.convolutions) + [last] {
            convolution.initialize(key: key)
        }
    }

    public var children: [any Module] { [stem] + blocks + [last] }

    public var input: ImageInput { configuration.input }
    public var featureCount: Int { configuration.featureCount }
    public var headName: String { names.head }
    public var cutNames: [String] { ["stem"] + names.blocks + [names.lastPart, "pooled"] }

    public func forward(_ x: Variable, parts: Range<Int>, context: ForwardContext) -> Variable {
        parts.reduce(x) { x, part in
            switch part {
            case 0: stem(x, context: context)
            case ...blocks.count: blocks[part - 1](x, context: context)
            case blocks.count + 1: last(x, context: context)
            default: x.globallyAveragePooled()
            }
        }
    }

    public func featureShape(belowCut cut: Int) -> [Int] { sizes(belowCut: cut).shape }

    public func operations(belowCut cut: Int) -> Int { sizes(belowCut: cut).operations }

    private func sizes(belowCut cut: Int) -> ImageSizes {
        var sizes = ImageSizes(shape: [input.height, input.width, 3])
        for convolution in convolutions(belowCut: cut) { sizes.pass(convolution.convolution.shape) }
        if cut == cutNames.count { sizes.shape = [featureCount] }
        return sizes
    }

    private func convolutions(belowCut cut: Int) -> [NormalizedConvolution] {
        (cut > 0 ? [stem] : []) + blocks.prefix(max(0, cut - 1)).flatMap(\.convolutions)
            + (cut > blocks.count + 1 ? [last] : [])
    }

    public func parameters(belowCut cut: Int) -> [Parameter] {
        convolutions(belowCut: cut).flatMap(\.parameters)
    }

    public func buffers(belowCut cut: Int) -> [Buffer] { convolutions(belowCut: cut).flatMap(\.buffers) }

    public func frozenForward(belowCut cut: Int) -> any FrozenFeatureForward {
        FrozenMobileNetV2(self, belowCut: cut)
    }
}
