import TensorKernels

/// Columns moved and scaled to mean 0 and variance 1; those that hardly vary to 0.
struct Standardization {
    private let mean: Tensor
    private let reciprocals: Tensor

    /// - Parameter samples: [samples, columns], at least one sample: what mean and variance are taken from.
    init(of samples: Tensor) {
        let moments = samples.columnMoments()
        mean = moments.mean
        reciprocals = Tensor(
            zip(moments.variance.scalars, mean.scalars).map { variance, mean in
                let deviation = variance.squareRoot()
                // A constant column's deviation is what rounding left of it.
                return deviation > 1e-6 * abs(mean) && deviation.isNormal ? 1 / deviation : 0
            }, shape: mean.shape)
    }

    /// - Parameter samples: [samples, columns].
    func callAsFunction(_ samples: Tensor) -> Tensor {
        samples.columnsNormalized(mean: mean, scale: reciprocals, shift: .zeros(mean.shape))
    }
}
