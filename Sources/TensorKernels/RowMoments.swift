extension Tensor {
    /// The mean of the rows, of shape [columns]; zeros where there are none.
    public func rowMean() -> Tensor {
        let mean = Tensor(uninitialized: [columnCount])
        columnSums(into: mean)
        if rowCount > 0 { mean.scaleInPlace(by: 1 / Float(rowCount)) }
        return mean
    }

    /// The rows less their mean.
    public func centeredRows() -> Tensor { centeredRows(around: rowMean()) }

    /// The rows less `mean`, [columns].
    public func centeredRows(around mean: Tensor) -> Tensor {
        let result = copy()
        result.addRowInPlace(mean.scaled(by: -1))
        return result
    }
}
