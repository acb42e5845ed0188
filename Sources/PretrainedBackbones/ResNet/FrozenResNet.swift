import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// The parts of a residual network below a cut, as they are now.
public final class FrozenResNet: FrozenFeatureForward {
    private struct Block {
        let convolutions: [FoldedConvolution]
        let shortcut: Shortcut
    }

    private enum Shortcut {
        case identity
        case projection(FoldedConvolution)
        case zeroPadding(stride: Int, channels: Int)
    }

    private let stem: FoldedConvolution?
    private let poolsStem: Bool
    private let blocks: [Block]
    private let poolsResult: Bool

    /// - Parameter cut: number of parts; see `ResNet.cut(named:)`.
    public init(_ network: ResNet, belowCut cut: Int) {
        precondition(cut >= 0 && cut <= network.cutNames.count, "cut \(cut) of \(network.cutNames.count)")
        stem = cut > 0 ? FoldedConvolution(network.stem, network.stemNorm) : nil
        poolsStem = network.configuration.family == .imageNet
        blocks = network.blocks.prefix(max(0, cut - 1)).map { Self.folded($0.block) }
        poolsResult = cut == network.cutNames.count
    }

    public func callAsFunction(_ images: Tensor) -> Tensor {
        guard let stem else { return images }
        var hidden = stem(images, rectifier: .relu)
        if poolsStem { hidden = hidden.maximumPooled(ResNet.stemPooling).result }
        for block in blocks { hidden = Self.run(block, hidden) }
        return poolsResult ? Variable(hidden).globallyAveragePooled().value : hidden
    }

    private static func folded(_ block: ResNetBlock) -> Block {
        let shortcut: Shortcut =
            switch block.shortcut {
            case .identity: .identity
            case .projection(let convolution, let norm): .projection(FoldedConvolution(convolution, norm))
            case .zeroPadding(let stride, let channels): .zeroPadding(stride: stride, channels: channels)
            }
        return Block(
            convolutions: zip(block.convolutions, block.norms).map(FoldedConvolution.init), shortcut: shortcut
        )
    }

    private static func run(_ block: Block, _ x: Tensor) -> Tensor {
        var hidden = x
        for convolution in block.convolutions.dropLast() { hidden = convolution(hidden, rectifier: .relu) }
        let residual =
            switch block.shortcut {
            case .identity: x
            case .projection(let convolution): convolution(x)
            case .zeroPadding(let stride, let channels):
                x.zeroPaddedShortcut(stride: stride, channels: channels)
            }
        return block.convolutions.last?(hidden, residual: residual, rectifier: .relu) ?? hidden
    }
}
