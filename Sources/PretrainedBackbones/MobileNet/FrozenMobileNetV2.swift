import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// The parts of a MobileNetV2 below a cut, as they are now.
public final class FrozenMobileNetV2: FrozenFeatureForward {
    private struct Block {
        let convolutions: [(FoldedConvolution, Rectifier?)]
        let addsInput: Bool
    }

    /// The stem and the last convolution are blocks of one convolution.
    private let blocks: [Block]
    private let poolsResult: Bool

    /// - Parameter cut: number of parts; see `FeatureBackbone.cut(named:)`.
    public init(_ network: MobileNetV2, belowCut cut: Int) {
        precondition(cut >= 0 && cut <= network.cutNames.count, "cut \(cut) of \(network.cutNames.count)")
        let parts =
            [([network.stem], false)] + network.blocks.map { ($0.convolutions, $0.addsInput) }
            + [([network.last], false)]
        blocks = parts.prefix(cut).map { convolutions, addsInput in
            Block(
                convolutions: convolutions.map { (FoldedConvolution($0.convolution, $0.norm), $0.rectifier) },
                addsInput: addsInput)
        }
        poolsResult = cut == network.cutNames.count
    }

    public func callAsFunction(_ images: Tensor) -> Tensor {
        let hidden = blocks.reduce(images) { Self.run($1, $0) }
        return poolsResult ? Variable(hidden).globallyAveragePooled().value : hidden
    }

    private static func run(_ block: Block, _ x: Tensor) -> Tensor {
        var hidden = x
        for (index, (convolution, rectifier)) in block.convolutions.enumerated() {
            let isLast = index == block.convolutions.count - 1
            hidden = convolution(hidden, residual: block.addsInput && isLast ? x : nil, rectifier: rectifier)
        }
        return hidden
    }
}
