import TensorKernels

/// Columns moved and scaled to mean 0 and variance 1; those that hardly vary to 0.
struct Standardization {
    private let negativeMean: Tensor
    private let reciprocals: Tensor

    /// - Parameter samples: [samples, columns], at least one sample: what mean and variance are taken from.
    init(of samples: Tensor) {
        let mean = samples.rowMean()
        negativeMean = mean.scaled(by: -1)
        let centered = samples.centeredRows()
        let squares = Tensor(uninitialized: [samples.columnCount])
        centered.columnProductSums(centered, into: squares)
        let count = Float(samples.rowCount)
        reciprocals = Tensor(
            zip(squares.scalars, mean.scalars).map { square, mean in
                let deviation = (square / count).squareRoot()
                // A constant column's deviation is what rounding left of it.
                return deviation > 1e-6 * abs(mean) && deviation.isNormal ? 1 / deviation : 0
            }, shape: [samples.columnCount])
    }

    /// - Parameter samples: [samples, columns].
    func callAsFunction(_ samples: Tensor) -> Tensor {
        let result = samples.copy()
        result.addRowInPlace(negativeMean)
        for row in 0..<result.rowCount {
            let place = result.rows(row..<row + 1)
            place.assign(place.multiplied(by: reciprocals.reshaped(place.shape)))
        }
        return result
    }
}
