import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// The parts of a vision transformer below a cut. It has nothing to fold: weights are the network's own.
public final class FrozenVisionTransformer: FrozenFeatureForward {
    private let network: VisionTransformer
    private let cut: Int
    private let alignment: Int?

    /// - Parameter cut: number of parts; see `FeatureBackbone.cut(named:)`.
    public init(_ network: VisionTransformer, belowCut cut: Int) {
        precondition(cut >= 0 && cut <= network.cutNames.count, "cut \(cut) of \(network.cutNames.count)")
        self.network = network
        self.cut = cut
        let (hidden, wide) = (network.configuration.hiddenSize, network.configuration.intermediateSize)
        alignment = RowAlignment.of([
            .init(k: hidden, n: hidden), .init(k: hidden, n: wide), .init(k: wide, n: hidden),
        ])
    }

    public func callAsFunction(_ images: Tensor) -> Tensor {
        guard cut > 0 else { return images }
        let tokens = network.configuration.tokenCount
        let layout = SequenceLayout(lengths: Array(repeating: tokens, count: images.shape[0]))
        let parts = AlignedLayout.groups(of: layout, alignment: alignment).map { group in
            together(images.rows(group))
        }
        let shape = network.featureShape(belowCut: cut)
        return parts.count == 1 ? parts[0] : .concatenatingRows(parts + [.zeros([0] + shape)])
    }

    private func together(_ images: Tensor) -> Tensor {
        let context = ForwardContext.evaluation
        let tokens = network.configuration.tokenCount
        let layout = SequenceLayout(lengths: Array(repeating: tokens, count: images.shape[0]))
        let rows = AlignedLayout.run(
            network.embed(Variable(images), context: context).value, layout, alignment: alignment
        ) { rows, layout in
            network.run(rows, parts: 0..<cut, layout: layout, context: context)
        }
        return cut == network.cutNames.count
            ? network.pool(Variable(rows), layout, context: context).value
            : rows.reshaped([images.shape[0]] + network.featureShape(belowCut: cut))
    }
}
