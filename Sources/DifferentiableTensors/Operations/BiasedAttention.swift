import TensorKernels

/// Attention as T5 has it (Raffel et al. 2020, arXiv:1910.10683): softmax(Q Kᵀ + bias) V, head by head, from each
/// sequence of one layout to that of another, or to itself. One operation, sequences of any lengths, no padding.
/// - Parameters:
///   - query: [query tokens, columns]; head h is columns h·columns/heads and following.
///   - key, value: [key tokens, columns].
///   - queryLayout, keyLayout: as many sequences each.
///   - headCount: divides the columns.
///   - diagonals: the bias of each head by distance, see `distanceBias`; for attention within a layout. `nil`: none.
///   - isCausal: whether a token sees only itself and those before it.
///   - dropout: of the attention probabilities, with its key; `nil`: none.
/// - Returns: [query tokens, columns].
public func biasedAttention(
    query: Variable, key: Variable, value: Variable, queryLayout: SequenceLayout, keyLayout: SequenceLayout,
    headCount: Int, diagonals: Variable? = nil, isCausal: Bool = false,
    dropout: (probability: Float, key: RandomKey)? = nil
) -> Variable {
    let mask = dropout.flatMap {
        $0.probability > 0 ? DropoutMask(probability: $0.probability, key: $0.key.bits) : nil
    }
    let attention = BiasedAttention(
        queryLengths: queryLayout.lengths, keyLengths: keyLayout.lengths, headCount: headCount,
        isCausal: isCausal,
        mask: mask)
    let inputs = [query, key, value] + (diagonals.map { [$0] } ?? [])
    let values = inputs.map(\.value)
    let (result, probabilities) = attention.forward(
        query: values[0], key: values[1], value: values[2], diagonals: diagonals?.value,
        keepsProbabilities: inputs.contains(where: \.requiresGradient))
    guard let probabilities else { return Variable(result) }
    let slots = inputs.map(\.gradientSlot)
    return Variable(recording: result, inputs: inputs) { upstream in
        let gradients = attention.backward(
            upstream: upstream, query: values[0], key: values[1], value: values[2],
            diagonals: values.count > 3 ? values[3] : nil, probabilities: probabilities)
        slots[0]?.add(gradients.query)
        slots[1]?.add(gradients.key)
        slots[2]?.add(gradients.value)
        if let diagonals = gradients.diagonals { slots[3]?.add(diagonals) }
    }
}

/// The bias of each head for every distance between two tokens, from a table of a few distances.
/// - Parameters:
///   - table: [buckets, heads].
///   - buckets: an odd number of rows of the table: of distances −n, …, −1, 0, 1, …, n.
/// - Returns: [heads, buckets.count].
public func distanceBias(_ table: Variable, buckets: [Int]) -> Variable {
    precondition(buckets.count % 2 == 1, "\(buckets.count) distances have no middle")
    return embeddingLookup(table, indices: buckets).transposed()
}

extension Variable {
    /// [columns, rows] from [rows, columns].
    func transposed() -> Variable {
        Variable(value.transposed(), inputs: [self]) { [$0.transposed()] }
    }
}

extension Tensor {
    /// Of a small matrix.
    fileprivate func transposed() -> Tensor {
        let (source, rows, columns) = (scalars, rowCount, columnCount)
        var scalars = [Float](repeating: 0, count: count)
        for row in 0..<rows {
            for column in 0..<columns { scalars[column * rows + row] = source[row * columns + column] }
        }
        return Tensor(scalars, shape: [columns, rows])
    }
}
