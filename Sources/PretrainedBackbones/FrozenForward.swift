import DifferentiableTensors
import TensorKernels

extension TransformerBackbone {
    /// Hidden states at cut `cut`, without graph and dropout: [tokens, hiddenSize].
    ///
    /// The bits of a sample's rows do not depend on the other samples of the batch, so that a feature may be
    /// computed anywhere and kept. Where `rowAlignment` is more than 1, rows of zeros stand behind each sample
    /// to grant that; where it is `nil`, samples go through one by one.
    ///
    /// - Parameter weights: of the linear maps in a reduced precision; `nil`: all is Float32. Attention's products,
    ///   softmax and normalisations are in any case.
    public func frozenForward(
        _ batch: TokenBatch, belowCut cut: Int, weights: PackedWeights? = nil
    ) -> Tensor {
        // Embeddings have no products of matrices.
        guard cut > 0 else { return embed(batch, context: .evaluation).value }
        let parts = AlignedLayout.groups(of: batch.layout, alignment: rowAlignment).map { sequences in
            frozenForwardTogether(
                TokenBatch(sequences.map(batch.sequence)), belowCut: cut, weights: weights)
        }
        return parts.count == 1 ? parts[0] : .concatenatingRows(parts + [.zeros([0, hiddenSize])])
    }

    /// Rows of zeros that `frozenForward` computes beside a batch's tokens.
    public func fillerRows(_ layout: SequenceLayout) -> Int {
        AlignedLayout.groups(of: layout, alignment: rowAlignment).reduce(0) { sum, sequences in
            let group = SequenceLayout(lengths: Array(layout.lengths[sequences]))
            return sum + AlignedLayout(group, alignment: rowAlignment).fillerRows
        }
    }

    private func frozenForwardTogether(
        _ batch: TokenBatch, belowCut cut: Int, weights: PackedWeights?
    ) -> Tensor {
        let context = ForwardContext.frozen(weights)
        return AlignedLayout.run(
            embed(batch, context: context).value, batch.layout, alignment: rowAlignment
        ) { rows, layout in
            forward(rows, layers: 0..<cut, layout: layout, context: context)
        }
    }
}
