import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A residual network (He et al. 2015, arXiv:1512.03385) for images [images, height, width, 3].
///
/// Parameters have the names of torchvision and timm: `conv1.weight`, `layer1.0.bn1.weight`, `fc.weight`;
/// those of CIFAR networks end in `linear.weight`. The network is a row of parts: `stem`, the blocks
/// `layer1.0`, `layer1.1`, …, and `pooled`. A cut is a number of parts; features at a cut are what its last
/// part gives.
public final class ResNet: Module {
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
        let key = RandomKey(seed: seed).derived("backbone")
        network.stem.initialize(key: key)
        for (_, block) in network.blocks {
            for convolution in block.convolutions { convolution.initialize(key: key) }
            if case .projection(let convolution, _) = block.shortcut { convolution.initialize(key: key) }
        }
        network.head?.initialize(standardDeviation: 0.01, key: key)
        return network
    }

    public var children: [any Module] {
        [stem, stemNorm] + blocks.map { $0.block as any Module } + (head.map { [$0] } ?? [])
    }

    /// Names of the parts, in order: where the network can be cut.
    public var cutNames: [String] { ["stem"] + blocks.map(\.name) + ["pooled"] }

    /// Parts up to and with the one of this name; "layer2" means that stage's last block.
    /// - Throws: `PretrainedBackboneError` where there is none.
    public func cut(named name: String) throws -> Int {
        if let index = cutNames.lastIndex(where: { $0 == name || $0.hasPrefix(name + ".") }) {
            return index + 1
        }
        throw PretrainedBackboneError(
            .unsupported,
            "cannot be cut at \"\(name)\"; it can be at \(cutNames.joined(separator: ", "))",
            file: configuration.name)
    }

    /// Runs some of the parts.
    /// - Parameter x: images, or what the parts before `parts` gave.
    /// - Returns: [images, height, width, channels], or [images, channels] of `pooled`.
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

    /// Parameters of the parts below a cut: what freezing there freezes.
    public func parameters(belowCut cut: Int) -> [Parameter] {
        (cut > 0 ? stem.parameters + stemNorm.parameters : [])
            + blocks.prefix(max(0, cut - 1)).flatMap(\.block.parameters)
    }

    static let stemPooling = ImageWindows(3, 3, stride: 2, padding: 1)

    private func enter(_ x: Variable, context: ForwardContext) -> Variable {
        let hidden = stemNorm(stem(x, context: context), rectifier: .relu, context: context)
        return configuration.family == .cifar ? hidden : hidden.maximumPooled(Self.stemPooling)
    }
}
