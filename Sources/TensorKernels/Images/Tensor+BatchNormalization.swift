import CTensorKernels

/// Mean and biased variance of each column, [columns].
public struct ColumnMoments {
    public let mean: Tensor
    public let variance: Tensor

    public init(mean: Tensor, variance: Tensor) {
        self.mean = mean
        self.variance = variance
    }

    /// 1 / √(variance + epsilon)
    public func reciprocalDeviations(epsilon: Float) -> Tensor {
        Tensor(variance.scalars.map { 1 / ($0 + epsilon).squareRoot() }, shape: variance.shape)
    }
}

extension Tensor {
    /// Mean and variance over all rows; zeros for no rows.
    public func columnMoments() -> ColumnMoments {
        let moments = ColumnMoments(
            mean: Tensor(uninitialized: [columnCount]), variance: Tensor(uninitialized: [columnCount]))
        withPointers(self, moments.mean, moments.variance) {
            graft_column_moments($0, $1, $2, rowCount, columnCount)
        }
        return moments
    }

    /// rectifier((self − mean) · scale + shift + residual), column by column.
    /// - Parameters:
    ///   - mean, scale, shift: [columns].
    ///   - residual: shaped as self.
    public func columnsNormalized(
        mean: Tensor, scale: Tensor, shift: Tensor, residual: Tensor? = nil, rectifier: Rectifier? = nil
    ) -> Tensor {
        for row in [mean, scale, shift] { row.requireCount(columnCount, "batch normalisation") }
        residual?.requireShape(shape, "residual of a batch normalisation")
        let result = Tensor(uninitialized: shape)
        withPointers(mean, scale, shift) { mean, scale, shift in
            withOptionalPointer(residual) { residual in
                withPointers(self, result) {
                    graft_normalize_columns(
                        $0, mean, scale, shift, residual, rectifier?.ceiling ?? 0, $1, rowCount, columnCount)
                }
            }
        }
        return result
    }

    /// Column sums of self, the gradient of a batch normalisation's result, and of its products with the
    /// normalised argument: the gradients of shift and scale.
    public func batchNormalizationSums(
        argument: Tensor, mean: Tensor, reciprocals: Tensor
    ) -> (sums: Tensor, products: Tensor) {
        argument.requireShape(shape, "batch normalisation gradient")
        let (sums, products) = (Tensor(uninitialized: [columnCount]), Tensor(uninitialized: [columnCount]))
        withPointers(self, argument, sums, products) { g, x, sums, products in
            withPointers(mean, reciprocals) {
                graft_column_gradient_sums(g, x, $0, $1, sums, products, rowCount, columnCount)
            }
        }
        return (sums, products)
    }

    /// The gradient of the argument of a normalisation by the batch's own moments, self being that of its
    /// result.
    /// - Parameters:
    ///   - scale: gamma · reciprocals.
    ///   - sums, products: from `batchNormalizationSums`.
    public func batchNormalizationGradient(
        argument: Tensor, mean: Tensor, reciprocals: Tensor, scale: Tensor, sums: Tensor, products: Tensor
    ) -> Tensor {
        argument.requireShape(shape, "batch normalisation gradient")
        let result = Tensor(uninitialized: shape)
        withPointers(self, argument, result) { g, x, out in
            withPointers(mean, reciprocals, scale) { mean, reciprocals, scale in
                withPointers(sums, products) {
                    graft_normalize_columns_gradient(
                        g, x, mean, reciprocals, scale, $0, $1, out, rowCount, columnCount)
                }
            }
        }
        return result
    }

    /// Multiplies each column by its factor.
    public func columnsScaled(by factors: Tensor) -> Tensor {
        let zeros = Tensor.zeros([columnCount])
        return columnsNormalized(mean: zeros, scale: factors, shift: zeros)
    }
}
