extension Variable {
    /// The last row of each sequence: the only one that has seen all of it where attention is causal.
    /// - Precondition: no sequence is empty.
    /// - Returns: [sequences, columns].
    public func lastOfSequences(_ layout: SequenceLayout) -> Variable {
        precondition(!layout.lengths.contains(0), "an empty sequence has no last token")
        return gatheredRows(zip(layout.starts, layout.lengths).map { $0 + $1 - 1 })
    }
}
