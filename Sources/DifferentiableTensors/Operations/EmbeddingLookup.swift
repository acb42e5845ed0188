import TensorKernels

/// Rows `indices` of `table`, in that order. The gradient touches only those rows.
/// - Parameters:
///   - table: [entries, columns].
///   - indices: 0 ..< entries; repeats are fine.
/// - Returns: [indices.count, columns].
public func embeddingLookup(_ table: Variable, indices: [Int]) -> Variable {
    Variable(
        recording: table.value.gatherRows(indices), inputs: [table],
        pullback: { [slot = table.gradientSlot] upstream in slot?.addRows(upstream, at: indices) })
}
