import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A residual network (He et al. 2015, arXiv:1512.03385) for images [images, height, width, 3].
///
/// Parameters have the names of torchvision and timm: `conv1.weight`, `layer1.0.bn1.weight`, `fc.weight`;
/// those of CIFAR networks end in `linear.weight`. The network is a row of parts: `stem`, the blocks
/// `layer1.0`, `layer1.1`, …, and `pooled`. A cut is a number of parts; features at a cut are what its last
/// part gives.
public final class ResNet: ImageBackbone {
    public let configuration: ResNetConfiguration
    public let stem: Convolution2D
    public let stemNorm: BatchNorm2D
    public let blocks: [(name: String, block: ResNetBlock)]
    /// [classes, features]; `nil` where there are no classes.
    public let head: Linear?

    /// All convolutions zero: for `load` and `random`.
    init(_ configuration: ResNetConfiguration) {
        self.configuration = configuration
        let side = configuration.family == .cifar ? 3 : 7
        stem = Convolution2D(
            "conv1",
            ConvolutionShape(
                inputs: 3, outputs: configuration.width, kernelHeight: side, kernelWidth: side,
                stride: configuration.family == .cifar ? 1 : 2, padding: side / 2))
        stemNorm = BatchNorm2D("bn1", channels: configuration.width)
        var blocks: [(String, ResNetBlock)] = []
        var inputs = configuration.width
        for (stage, count) in configuration.blockCounts.enumerated() {
            let width = configuration.width << stage
            for index in 0..<count {
                let name = "layer\(stage + 1).\(index)"
                let block = ResNetBlock(
                    name, inputs: inputs, width: width, stride: stage > 0 && index == 0 ? 2 : 1,
                    configuration: configuration)
                blocks.append((name, block))
                inputs = configuration.hasBottlenecks ? 4 * width : width
            }
        }
        self.blocks = blocks
        head =
            configuration.classCount > 0
            ? Linear(
                configuration.headName, inputs: configuration.featureCount, outputs: configuration.classCount)
            : nil
    }

    /// The network with random weights: convolutions as He et al. began, normalisations plain, the head
    /// small. The same seed gives the same weights.
    public static func random(_ configuration: ResNetConfiguration, seed: UInt64) -> ResNet {
        let network = ResNet(configuration)
        network.initialize(seed: seed)
        return network
    }

    public func initialize(seed: UInt64) {
        let key = RandomKey(seed: seed).derived("backbone")
        stem.initialize(key: key)
        stemNorm.initialize()
        for (_, block) in blocks { block.initialize(key: key) }
        head?.initialize(standardDeviation: 0.01, key: key)
    }

    public var children: [any Module] {
        [stem, stemNorm] + blocks.map { $0.block as any Module } + (head.map { [$0] } ?? [])
    }

    public var input: ImageInput { configuration.input }
    public var featureCount: Int { configuration.featureCount }
    public var headName: String { configuration.headName }

    public var cutNames: [String] { ["stem"] + blocks.map(\.name) + ["pooled"] }

    public func forward(_ x: Variable, parts: Range<Int>, context: ForwardContext) -> Variable {
        parts.reduce(x) { x, part in
            if part == 0 { return enter(x, context: context) }
            if part > blocks.count { return x.globallyAveragePooled() }
            return blocks[part - 1].block(x, context: context)
        }
    }

    /// [images, classes], or pooled features where there is no head.
    public func callAsFunction(_ images: Variable, context: ForwardContext) -> Variable {
        let features = forward(images, parts: 0..<cutNames.count, context: context)
        return head.map { $0(features, context: context) } ?? features
    }

    public func parameters(belowCut cut: Int) -> [Parameter] { modules(belowCut: cut).flatMap(\.parameters) }

    public func buffers(belowCut cut: Int) -> [Buffer] { modules(belowCut: cut).flatMap(\.buffers) }

    public func frozenForward(belowCut cut: Int) -> any FrozenFeatureForward {
        FrozenResNet(self, belowCut: cut)
    }

    private func modules(belowCut cut: Int) -> [any Module] {
        (cut > 0 ? [stem, stemNorm] : []) + blocks.prefix(max(0, cut - 1)).map(\.block)
    }

    static let stemPooling = ImageWindows(3, 3, stride: 2, padding: 1)

    private func enter(_ x: Variable, context: ForwardContext) -> Variable {
        let hidden = stemNorm(stem(x, context: context), rectifier: .relu, context: context)
        return configuration.family == .cifar ? hidden : hidden.maximumPooled(Self.stemPooling)
    }
}
