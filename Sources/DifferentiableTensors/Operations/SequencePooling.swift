import TensorKernels

extension Variable {
    /// The mean of each sequence's rows; zeros for an empty sequence.
    /// - Parameter layout: the sequences of self, [tokens, columns].
    /// - Returns: [sequences, columns].
    public func meanOverSequences(_ layout: SequenceLayout) -> Variable {
        Variable(
            recording: value.segmentMeans(lengths: layout.lengths), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in
                slot?.add(upstream.segmentMeansGradient(lengths: layout.lengths))
            })
    }

    /// The first row of each sequence, where BERT's [CLS] stands.
    /// - Precondition: no sequence is empty.
    /// - Returns: [sequences, columns].
    public func firstOfSequences(_ layout: SequenceLayout) -> Variable {
        precondition(!layout.lengths.contains(0), "an empty sequence has no first token")
        return gatheredRows(layout.starts)
    }

    /// Rows `indices`, in that order, of [rows, columns].
    public func gatheredRows(_ indices: [Int]) -> Variable { embeddingLookup(self, indices: indices) }
}
