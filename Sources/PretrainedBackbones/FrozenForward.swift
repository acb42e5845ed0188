import DifferentiableTensors
import TensorKernels

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
        return forward(embedded, layers: 0..<cut, layout: batch.layout, context: context).value
    }
}
