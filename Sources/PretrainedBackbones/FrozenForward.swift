import DifferentiableTensors
import TensorKernels

/// How the frozen part is run for features that are kept.
public enum FrozenForward {
    /// Matrix products get at least so many rows: BLAS has other kernels, with other bits, for fewer.
    public static let minimumRows = 16
}

extension TransformerBackbone {
    /// Hidden states at cut `cut`, without graph and dropout: [tokens, hiddenSize].
    ///
    /// The bits of a sample's rows do not depend on the other samples of the batch, so that a feature may be
    /// computed anywhere and kept. Where BLAS does not grant that, samples go through one by one.
    public func frozenForward(_ batch: TokenBatch, belowCut cut: Int) -> Tensor {
        guard batch.count > 1, !rowsAreIndependent else { return frozenForwardTogether(batch, belowCut: cut) }
        let parts = (0..<batch.count).map {
            frozenForwardTogether(TokenBatch([batch.sequence($0)]), belowCut: cut)
        }
        return .concatenatingRows(parts)
    }

    private func frozenForwardTogether(_ batch: TokenBatch, belowCut cut: Int) -> Tensor {
        let context = ForwardContext.evaluation
        let embedded = embed(batch, context: context)
        let tokenCount = batch.layout.tokenCount
        let missing = FrozenForward.minimumRows - tokenCount
        guard missing > 0 else {
            return forward(embedded, layers: 0..<cut, layout: batch.layout, context: context).value
        }
        // Zeros as one more sequence: they meet no other row but in the shape of the products.
        let filled = Tensor.concatenatingRows([embedded.value, .zeros([missing, hiddenSize])])
        let layout = SequenceLayout(lengths: batch.layout.lengths + [missing])
        return forward(Variable(filled), layers: 0..<cut, layout: layout, context: context)
            .value.rows(0..<tokenCount).copy()
    }
}
