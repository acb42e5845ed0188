import CTensorKernels

/// Scaled dot-product attention over sequences of different lengths that follow one another in a token
/// matrix. Heads are column ranges of the matrices, so nothing is transposed or padded; each product is that
/// of one head of one sequence and depends on nothing else.
public struct RaggedAttention {
    let lengths: [Int]
    let headCount: Int
    /// Dropout of the probabilities.
    let mask: DropoutMask?

    public init(lengths: [Int], headCount: Int, mask: DropoutMask? = nil) {
        precondition(headCount > 0, "attention without heads")
        self.lengths = lengths
        self.headCount = headCount
        self.mask = mask
    }

    /// softmax(Q Kᵀ / √width) V per head, width = hidden / heads.
    /// - Parameters:
    ///   - query, key, value: [tokens, hidden].
    ///   - keepsProbabilities: whether a gradient will be asked for.
    /// - Returns: the result [tokens, hidden], and the probabilities before dropout: [heads, length, length]
    ///   of each sequence, one after the other.
    public func forward(
        query: Tensor, key: Tensor, value: Tensor, keepsProbabilities: Bool
    ) -> (result: Tensor, probabilities: Tensor?) {
        let geometry = geometry(query, key, value)
        let result = Tensor(uninitialized: query.shape)
        let largest = geometry.largestBlock
        let kept = keepsProbabilities ? Tensor(uninitialized: [geometry.probabilityCount]) : nil
        let scratch = kept == nil ? Tensor(uninitialized: [largest]) : nil
        let dropped = mask == nil ? nil : Tensor(uninitialized: [largest])

        forEachSequence { first, length, offset in
            let range =
                kept == nil ? 0..<headCount * length * length : offset..<offset + headCount * length * length
            let probabilities = (kept ?? scratch ?? result).rows(range)
            withPointers(query, key, probabilities) { query, key, probabilities in
                forEachHead(geometry, first) { head, column in
                    sgemm(
                        false, true, length, length, geometry.width, geometry.scale, query + column,
                        geometry.hidden, key + column, geometry.hidden, 0,
                        probabilities + head * length * length, length)
                }
                graft_softmax(probabilities, probabilities, headCount * length, length)
            }
            let weights = droppedOut(probabilities, offset, into: dropped)
            withPointers(weights, value, result) { weights, value, result in
                forEachHead(geometry, first) { head, column in
                    sgemm(
                        false, false, length, geometry.width, length, 1, weights + head * length * length,
                        length,
                        value + column, geometry.hidden, 0, result + column, geometry.hidden)
                }
            }
        }
        return (result, kept)
    }

    /// Gradients with respect to query, key and value.
    /// - Parameters:
    ///   - upstream: gradient with respect to the result.
    ///   - probabilities: as `forward` returned them.
    public func backward(
        upstream: Tensor, query: Tensor, key: Tensor, value: Tensor, probabilities: Tensor
    ) -> (query: Tensor, key: Tensor, value: Tensor) {
        let geometry = geometry(query, key, value)
        let queryGradient = Tensor(uninitialized: query.shape)
        let keyGradient = Tensor(uninitialized: key.shape)
        let valueGradient = Tensor(uninitialized: value.shape)
        let scores = Tensor(uninitialized: [geometry.largestBlock])
        let dropped = mask == nil ? nil : Tensor(uninitialized: [geometry.largestBlock])

        forEachSequence { first, length, offset in
            let count = headCount * length * length
            let block = probabilities.rows(offset..<offset + count)
            let gradient = scores.rows(0..<count)
            let weights = droppedOut(block, offset, into: dropped)
            withPointers(weights, upstream, valueGradient) { weights, upstream, valueGradient in
                forEachHead(geometry, first) { head, column in
                    sgemm(
                        true, false, length, geometry.width, length, 1, weights + head * length * length,
                        length,
                        upstream + column, geometry.hidden, 0, valueGradient + column, geometry.hidden)
                }
            }
            withPointers(upstream, value, gradient) { upstream, value, gradient in
                forEachHead(geometry, first) { head, column in
                    sgemm(
                        false, true, length, length, geometry.width, 1, upstream + column, geometry.hidden,
                        value + column, geometry.hidden, 0, gradient + head * length * length, length)
                }
            }
            if let mask { gradient.dropOut(mask, firstIndex: offset, into: gradient) }
            withPointers(gradient, block) {
                graft_softmax_gradient($0, $1, $0, headCount * length, length)
            }
            withPointers(gradient, key, queryGradient) { gradient, key, queryGradient in
                forEachHead(geometry, first) { head, column in
                    sgemm(
                        false, false, length, geometry.width, length, geometry.scale,
                        gradient + head * length * length, length, key + column, geometry.hidden, 0,
                        queryGradient + column, geometry.hidden)
                }
            }
            withPointers(gradient, query, keyGradient) { gradient, query, keyGradient in
                forEachHead(geometry, first) { head, column in
                    sgemm(
                        true, false, length, geometry.width, length, geometry.scale,
                        gradient + head * length * length, length, query + column, geometry.hidden, 0,
                        keyGradient + column, geometry.hidden)
                }
            }
        }
        return (queryGradient, keyGradient, valueGradient)
    }

    private struct Geometry {
        let hidden: Int
        let width: Int
        let scale: Float
        /// Probabilities of all sequences, and of the longest.
        let probabilityCount: Int
        let largestBlock: Int
    }

    private func geometry(_ query: Tensor, _ key: Tensor, _ value: Tensor) -> Geometry {
        let hidden = query.columnCount
        precondition(hidden % headCount == 0, "\(headCount) heads do not divide \(hidden) columns")
        query.requireShape([lengths.reduce(0, +), hidden], "query")
        key.requireShape(query.shape, "key")
        value.requireShape(query.shape, "value")
        let longest = lengths.max() ?? 0
        return Geometry(
            hidden: hidden, width: hidden / headCount, scale: 1 / Float(hidden / headCount).squareRoot(),
            probabilityCount: lengths.reduce(0) { $0 + headCount * $1 * $1 },
            largestBlock: headCount * longest * longest)
    }

    /// Gives each sequence that is not empty: its first row, its length, its offset among the probabilities.
    private func forEachSequence(_ body: (_ first: Int, _ length: Int, _ offset: Int) -> Void) {
        var first = 0
        var offset = 0
        for length in lengths where length > 0 {
            body(first, length, offset)
            first += length
            offset += headCount * length * length
        }
    }

    /// Gives each head: its number, and the element where its columns start in row `first`.
    private func forEachHead(_ geometry: Geometry, _ first: Int, _ body: (_ head: Int, _ column: Int) -> Void)
    {
        for head in 0..<headCount { body(head, first * geometry.hidden + head * geometry.width) }
    }

    private func droppedOut(_ probabilities: Tensor, _ offset: Int, into scratch: Tensor?) -> Tensor {
        guard let mask, let scratch else { return probabilities }
        let weights = scratch.rows(0..<probabilities.count)
        probabilities.dropOut(mask, firstIndex: offset, into: weights)
        return weights
    }
}
