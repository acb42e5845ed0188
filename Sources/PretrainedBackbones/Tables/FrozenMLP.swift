import DifferentiableTensors
import TensorKernels

/// The parts of a multilayer perceptron below a cut.
public final class FrozenMLP: FrozenFeatureForward {
    private let network: MLP
    private let cut: Int
    private let alignment: Int?

    /// - Parameter cut: number of parts; see `FeatureBackbone.cut(named:)`.
    public init(_ network: MLP, belowCut cut: Int) {
        precondition(cut >= 0 && cut <= network.cutNames.count, "cut \(cut) of \(network.cutNames.count)")
        self.network = network
        self.cut = cut
        alignment = RowAlignment.of(
            network.layers.prefix(max(0, cut - 1)).map {
                .init(k: $0.weight.shape[1], n: $0.weight.shape[0])
            })
    }

    public func callAsFunction(_ rows: Tensor) -> Tensor {
        let layout = SequenceLayout(lengths: Array(repeating: 1, count: rows.shape[0]))
        let parts = AlignedLayout.groups(of: layout, alignment: alignment).map { group in
            AlignedLayout.run(
                rows.rows(group), SequenceLayout(lengths: Array(repeating: 1, count: group.count)),
                alignment: alignment
            ) { rows, _ in
                network.forward(rows, parts: 0..<cut, context: .evaluation)
            }
        }
        return parts.count == 1
            ? parts[0] : .concatenatingRows(parts + [.zeros([0] + network.featureShape(belowCut: cut))])
    }
}
