import CTensorKernels

/// Attention from the tokens of one matrix to those of another, or of the same, sequence by sequence: no scaling,
/// a bias for each distance between tokens, no padding. Heads are column ranges of the matrices; each product is that
/// of one head of one sequence and depends on nothing else.
public struct BiasedAttention {
    let queryLengths: [Int]
    let keyLengths: [Int]
    let headCount: Int
    let isCausal: Bool
    /// Dropout of the probabilities.
    let mask: DropoutMask?

    /// - Parameters:
    ///   - queryLengths, keyLengths: of as many sequences; sequence i of the one attends to i of the other.
    ///   - isCausal: whether a token sees only itself and those before it; lengths are alike then.
    public init(
        queryLengths: [Int], keyLengths: [Int], headCount: Int, isCausal: Bool = false,
        mask: DropoutMask? = nil
    ) {
        precondition(headCount > 0, "attention without heads")
        precondition(queryLengths.count == keyLengths.count, "queries and keys of different sequences")
        precondition(!isCausal || queryLengths == keyLengths, "causal attention between different lengths")
        self.queryLengths = queryLengths
        self.keyLengths = keyLengths
        self.headCount = headCount
        self.isCausal = isCausal
        self.mask = mask
    }

    /// softmax(Q Kᵀ + bias) V per head.
    /// - Parameters:
    ///   - query: [query tokens, columns].
    ///   - key, value: [key tokens, columns].
    ///   - diagonals: [heads, width], width odd and at least twice the longest length less 1: the bias of key j
    ///     for query i is element width / 2 + j − i. Lengths are alike then. `nil`: no bias.
    ///   - keepsProbabilities: whether a gradient will be asked for.
    /// - Returns: the result [query tokens, columns], and the probabilities before dropout: [heads, query length,
    ///   key length] of each sequence, one after the other. A query without keys gets zeros.
    public func forward(
        query: Tensor, key: Tensor, value: Tensor, diagonals: Tensor?, keepsProbabilities: Bool
    ) -> (result: Tensor, probabilities: Tensor?) {
        let (columns, width) = columns(query, key, value, diagonals)
        let result = Tensor.zeros(query.shape)
        let kept = keepsProbabilities ? Tensor(uninitialized: [blocks.reduce(0) { $0 + $1.count }]) : nil
        let largest = blocks.map(\.count).max() ?? 0
        let scratch = Tensor(uninitialized: [kept == nil ? largest : 0])
        let dropped = Tensor(uninitialized: [mask == nil ? 0 : largest])
        for block in blocks where block.count > 0 {
            let probabilities = kept?.rows(block.range) ?? scratch.rows(0..<block.count)
            withPointers(query, key, probabilities) { query, key, probabilities in
                for head in 0..<headCount {
                    sgemm(
                        false, true, block.queries, block.keys, width, 1,
                        query + block.firstQuery * columns + head * width, columns,
                        key + block.firstKey * columns + head * width, columns, 0,
                        probabilities + head * block.size, block.keys)
                }
            }
            if let diagonals {
                withPointers(probabilities, diagonals) {
                    graft_add_diagonals($0, $1, headCount, block.queries, diagonals.columnCount)
                }
            }
            withPointers(probabilities) {
                if isCausal {
                    graft_causal_softmax($0, $0, headCount, block.queries)
                } else {
                    graft_softmax($0, $0, headCount * block.queries, block.keys)
                }
            }
            let weights = droppedOut(probabilities, block, into: dropped)
            withPointers(weights, value, result) { weights, value, result in
                for head in 0..<headCount {
                    sgemm(
                        false, false, block.queries, width, block.keys, 1, weights + head * block.size,
                        block.keys,
                        value + block.firstKey * columns + head * width, columns, 0,
                        result + block.firstQuery * columns + head * width, columns)
                }
            }
        }
        return (result, kept)
    }

    /// Gradients with respect to query, key, value and diagonals.
    /// - Parameters:
    ///   - upstream: gradient with respect to the result.
    ///   - probabilities: as `forward` returned them.
    public func backward(
        upstream: Tensor, query: Tensor, key: Tensor, value: Tensor, diagonals: Tensor?, probabilities: Tensor
    ) -> (query: Tensor, key: Tensor, value: Tensor, diagonals: Tensor?) {
        let (columns, width) = columns(query, key, value, diagonals)
        let queryGradient = Tensor.zeros(query.shape)
        let keyGradient = Tensor.zeros(key.shape)
        let valueGradient = Tensor.zeros(value.shape)
        let diagonalGradient = diagonals.map { Tensor.zeros($0.shape) }
        let largest = blocks.map(\.count).max() ?? 0
        let scores = Tensor(uninitialized: [largest])
        let dropped = Tensor(uninitialized: [mask == nil ? 0 : largest])
        for block in blocks where block.count > 0 {
            let kept = probabilities.rows(block.range)
            let gradient = scores.rows(0..<block.count)
            let weights = droppedOut(kept, block, into: dropped)
            let (queryStart, keyStart) = (block.firstQuery * columns, block.firstKey * columns)
            withPointers(weights, upstream, valueGradient) { weights, upstream, valueGradient in
                for head in 0..<headCount {
                    sgemm(
                        true, false, block.keys, width, block.queries, 1, weights + head * block.size,
                        block.keys,
                        upstream + queryStart + head * width, columns, 0,
                        valueGradient + keyStart + head * width, columns)
                }
            }
            withPointers(upstream, value, gradient) { upstream, value, gradient in
                for head in 0..<headCount {
                    sgemm(
                        false, true, block.queries, block.keys, width, 1,
                        upstream + queryStart + head * width,
                        columns, value + keyStart + head * width, columns, 0, gradient + head * block.size,
                        block.keys)
                }
            }
            if let mask { gradient.dropOut(mask, firstIndex: block.range.lowerBound, into: gradient) }
            // Probabilities of zero take the gradient of what a token does not see.
            withPointers(gradient, kept) {
                graft_softmax_gradient($0, $1, $0, headCount * block.queries, block.keys)
            }
            if let diagonalGradient {
                withPointers(gradient, diagonalGradient) {
                    graft_diagonal_sums($0, $1, headCount, block.queries, diagonalGradient.columnCount)
                }
            }
            withPointers(gradient, key, queryGradient) { gradient, key, queryGradient in
                for head in 0..<headCount {
                    sgemm(
                        false, false, block.queries, width, block.keys, 1, gradient + head * block.size,
                        block.keys, key + keyStart + head * width, columns, 0,
                        queryGradient + queryStart + head * width, columns)
                }
            }
            withPointers(gradient, query, keyGradient) { gradient, query, keyGradient in
                for head in 0..<headCount {
                    sgemm(
                        true, false, block.keys, width, block.queries, 1, gradient + head * block.size,
                        block.keys,
                        query + queryStart + head * width, columns, 0, keyGradient + keyStart + head * width,
                        columns)
                }
            }
        }
        return (queryGradient, keyGradient, valueGradient, diagonalGradient)
    }

    /// The probabilities of one sequence, and the rows that they are between.
    private struct Block {
        let firstQuery: Int
        let firstKey: Int
        let queries: Int
        let keys: Int
        /// Among all probabilities.
        let range: Range<Int>
        /// Of one head.
        var size: Int { queries * keys }
        var count: Int { range.count }
    }

    private var blocks: [Block] {
        var (firstQuery, firstKey, offset) = (0, 0, 0)
        return zip(queryLengths, keyLengths).map { queries, keys in
            let count = headCount * queries * keys
            defer {
                firstQuery += queries
                firstKey += keys
                offset += count
            }
            return Block(
                firstQuery: firstQuery, firstKey: firstKey, queries: queries, keys: keys,
                range: offset..<offset + count)
        }
    }

    /// Columns of all heads, and of one.
    private func columns(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, _ diagonals: Tensor?
    ) -> (all: Int, ofHead: Int) {
        let columns = query.columnCount
        precondition(columns % headCount == 0, "\(headCount) heads do not divide \(columns) columns")
        query.requireShape([queryLengths.reduce(0, +), columns], "query")
        key.requireShape([keyLengths.reduce(0, +), columns], "key")
        value.requireShape(key.shape, "value")
        if let diagonals {
            precondition(queryLengths == keyLengths, "a bias by distance between different lengths")
            let width = diagonals.columnCount
            precondition(
                diagonals.shape == [headCount, width] && width % 2 == 1
                    && width >= 2 * (queryLengths.max() ?? 0) - 1,
                "diagonals of shape \(diagonals.shape)")
        }
        return (columns, columns / headCount)
    }

    private func droppedOut(_ probabilities: Tensor, _ block: Block, into scratch: Tensor) -> Tensor {
        guard let mask else { return probabilities }
        let weights = scratch.rows(0..<block.count)
        probabilities.dropOut(mask, firstIndex: block.range.lowerBound, into: weights)
        return weights
    }
}
