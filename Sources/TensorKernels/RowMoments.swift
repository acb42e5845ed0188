extension Tensor {
    /// The mean of the rows, of shape [columns]; zeros where there are none.
    public func rowMean() -> Tensor {
        let mean = Tensor(uninitialized: [columnCount])
        columnSums(into: mean)
        if rowCount > 0 { mean.scaleInPlace(by: 1 / Float(rowCount)) }
        return mean
    }

    /// The rows less their mean.
    public func centeredRows() -> Tensor {
        let result = copy()
        result.addRowInPlace(rowMean().scaled(by: -1))
        return result
    }
}
