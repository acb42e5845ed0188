import CTensorKernels

extension Tensor {
    /// −Σ target · log softmax(row) of each row, and the softmax.
    /// - Parameter targets: of the same shape, none negative; a row need not sum up to 1.
    public func softCrossEntropy(targets: Tensor) -> (losses: Tensor, probabilities: Tensor) {
        targets.requireShape(shape, "cross-entropy")
        let losses = Tensor(uninitialized: [rowCount])
        let probabilities = Tensor(uninitialized: shape)
        withPointers(self, targets, losses, probabilities) {
            graft_soft_cross_entropy($0, $1, $2, $3, rowCount, columnCount)
        }
        return (losses, probabilities)
    }

    /// factor · (sum of the row's targets · softmax − targets), self being the softmax.
    public func softCrossEntropyGradient(targets: Tensor, factor: Float) -> Tensor {
        targets.requireShape(shape, "cross-entropy")
        let result = Tensor(uninitialized: shape)
        withPointers(self, targets, result) {
            graft_soft_cross_entropy_gradient($0, $1, factor, $2, rowCount, columnCount)
        }
        return result
    }
}
