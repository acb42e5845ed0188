import CTensorKernels

extension Tensor {
    /// Softmax of each row.
    public func softmax() -> Tensor {
        let result = Tensor(uninitialized: shape)
        withPointers(self, result) { graft_softmax($0, $1, rowCount, columnCount) }
        return result
    }

    /// The gradient of a softmax, self being that of its result `probabilities`.
    public func softmaxGradient(_ probabilities: Tensor) -> Tensor {
        probabilities.requireShape(shape, "softmax gradient")
        let result = Tensor(uninitialized: shape)
        withPointers(self, probabilities, result) {
            graft_softmax_gradient($0, $1, $2, rowCount, columnCount)
        }
        return result
    }

    /// −log softmax(row)[label] of each row, and the softmax.
    /// - Parameter labels: one a row, 0 ..< columns.
    public func crossEntropy(labels: [Int]) -> (losses: Tensor, probabilities: Tensor) {
        precondition(labels.count == rowCount, "\(labels.count) labels for \(rowCount) samples")
        precondition(
            labels.allSatisfy { $0 >= 0 && $0 < columnCount }, "a label is not in 0 ..< \(columnCount)")
        let losses = Tensor(uninitialized: [rowCount])
        let probabilities = Tensor(uninitialized: shape)
        withPointers(self, losses, probabilities) { logits, losses, probabilities in
            graft_cross_entropy(
                logits, labels.map(Int32.init), losses, probabilities, rowCount, columnCount)
        }
        return (losses, probabilities)
    }

    /// factor · (softmax − one-hot label), self being the softmax.
    public func crossEntropyGradient(labels: [Int], factor: Float) -> Tensor {
        let result = copy()
        for (row, label) in labels.enumerated() { result[row * columnCount + label] -= 1 }
        result.scaleInPlace(by: factor)
        return result
    }
}
