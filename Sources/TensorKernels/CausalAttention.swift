import CTensorKernels

/// Self-attention in which a token sees itself and those before it, over sequences of different lengths that
/// follow one another. Queries, keys and values are the three parts of one matrix [tokens, 3 · hidden], as one
/// projection gives them; heads are column ranges, so nothing is split, transposed or padded.
public struct CausalAttention {
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

    /// softmax(Q Kᵀ / √width, up to each token) V per head, width = hidden / heads.
    /// - Parameter projected: [tokens, 3 · hidden]: queries, keys, values.
    /// - Returns: the result [tokens, hidden], and the probabilities before dropout if they are kept for a
    ///   gradient: [heads, length, length] of each sequence, one after the other.
    public func forward(
        _ projected: Tensor, keepsProbabilities: Bool
    ) -> (result: Tensor, probabilities: Tensor?) {
        let size = size(of: projected)
        let result = Tensor(uninitialized: [projected.rowCount, size.hidden])
        let kept = keepsProbabilities ? Tensor(uninitialized: [size.probabilityCount]) : nil
        let scratch = Tensor(uninitialized: [kept == nil ? size.largestBlock : 0])
        let dropped = Tensor(uninitialized: [mask == nil ? 0 : size.largestBlock])
        let (wide, hidden, width) = (3 * size.hidden, size.hidden, size.width)

        forEachSequence { first, length, offset in
            let count = headCount * length * length
            let probabilities = kept?.rows(offset..<offset + count) ?? scratch.rows(0..<count)
            withPointers(projected, probabilities) { projected, probabilities in
                for head in 0..<headCount {
                    let query = projected + first * wide + head * width
                    sgemm(
                        false, true, length, length, width, size.scale, query, wide, query + hidden, wide, 0,
                        probabilities + head * length * length, length)
                }
                graft_causal_softmax(probabilities, probabilities, headCount, length)
            }
            let weights = droppedOut(probabilities, offset, into: dropped)
            withPointers(weights, projected, result) { weights, projected, result in
                for head in 0..<headCount {
                    let value = projected + first * wide + 2 * hidden + head * width
                    sgemm(
                        false, false, length, width, length, 1, weights + head * length * length, length,
                        value,
                        wide, 0, result + first * hidden + head * width, hidden)
                }
            }
        }
        return (result, kept)
    }

    /// The gradient with respect to `projected`.
    /// - Parameters:
    ///   - upstream: gradient with respect to the result.
    ///   - probabilities: as `forward` returned them.
    public func backward(upstream: Tensor, projected: Tensor, probabilities: Tensor) -> Tensor {
        let size = size(of: projected)
        let result = Tensor(uninitialized: projected.shape)
        let scores = Tensor(uninitialized: [size.largestBlock])
        let dropped = Tensor(uninitialized: [mask == nil ? 0 : size.largestBlock])
        let (wide, hidden, width) = (3 * size.hidden, size.hidden, size.width)

        forEachSequence { first, length, offset in
            let block = length * length
            let kept = probabilities.rows(offset..<offset + headCount * block)
            let gradient = scores.rows(0..<headCount * block)
            let weights = droppedOut(kept, offset, into: dropped)
            withPointers(weights, upstream, result) { weights, upstream, result in
                for head in 0..<headCount {
                    sgemm(
                        true, false, length, width, length, 1, weights + head * block, length,
                        upstream + first * hidden + head * width, hidden, 0,
                        result + first * wide + 2 * hidden + head * width, wide)
                }
            }
            withPointers(upstream, projected, gradient) { upstream, projected, gradient in
                for head in 0..<headCount {
                    sgemm(
                        false, true, length, length, width, 1, upstream + first * hidden + head * width,
                        hidden,
                        projected + first * wide + 2 * hidden + head * width, wide, 0,
                        gradient + head * block,
                        length)
                }
            }
            if let mask { gradient.dropOut(mask, firstIndex: offset, into: gradient) }
            // Probabilities of zero take the gradient of what a token does not see.
            withPointers(gradient, kept) { graft_softmax_gradient($0, $1, $0, headCount * length, length) }
            withPointers(gradient, projected, result) { gradient, projected, result in
                for head in 0..<headCount {
                    let query = first * wide + head * width
                    let key = query + hidden
                    sgemm(
                        false, false, length, width, length, size.scale, gradient + head * block, length,
                        projected + key, wide, 0, result + query, wide)
                    sgemm(
                        true, false, length, width, length, size.scale, gradient + head * block, length,
                        projected + query, wide, 0, result + key, wide)
                }
            }
        }
        return result
    }

    private struct Size {
        let hidden: Int
        let width: Int
        let scale: Float
        /// Probabilities of all sequences, and of the longest.
        let probabilityCount: Int
        let largestBlock: Int
    }

    private func size(of projected: Tensor) -> Size {
        let hidden = projected.columnCount / 3
        precondition(hidden % headCount == 0, "\(headCount) heads do not divide \(hidden) columns")
        projected.requireShape([lengths.reduce(0, +), 3 * hidden], "queries, keys and values")
        let longest = lengths.max() ?? 0
        return Size(
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

    private func droppedOut(_ probabilities: Tensor, _ offset: Int, into scratch: Tensor) -> Tensor {
        guard let mask else { return probabilities }
        let weights = scratch.rows(0..<probabilities.count)
        probabilities.dropOut(mask, firstIndex: offset, into: weights)
        return weights
    }
}
