import CTensorKernels

/// What the gradient of a root-mean-square normalisation needs.
public struct RootMeanSquareStatistics {
    /// x / √(mean of squares).
    public let normalized: Tensor
    /// 1 / √(mean of squares) of each row.
    let reciprocals: Tensor
}

extension Tensor {
    /// Each row divided by the root of the mean of its squares, times `scale`.
    /// - Parameters:
    ///   - scale: [columns].
    ///   - keepsStatistics: whether a gradient will be asked for.
    public func rootMeanSquareNormalized(
        scale: Tensor, epsilon: Float, keepsStatistics: Bool = false
    ) -> (result: Tensor, statistics: RootMeanSquareStatistics?) {
        scale.requireCount(columnCount, "scale of a root-mean-square normalisation")
        let result = Tensor(uninitialized: shape)
        let statistics =
            keepsStatistics
            ? RootMeanSquareStatistics(
                normalized: Tensor(uninitialized: shape), reciprocals: Tensor(uninitialized: [rowCount]))
            : nil
        withPointers(self, scale, result) { x, scale, out in
            withOptionalPointer(statistics?.normalized) { normalized in
                withOptionalPointer(statistics?.reciprocals) { reciprocals in
                    graft_rms_norm(x, scale, epsilon, out, normalized, reciprocals, rowCount, columnCount)
                }
            }
        }
        return (result, statistics)
    }

    /// The gradient with respect to the normalisation's argument, self being that of its result.
    public func rootMeanSquareGradient(_ statistics: RootMeanSquareStatistics, scale: Tensor) -> Tensor {
        statistics.normalized.requireShape(shape, "root-mean-square normalisation gradient")
        scale.requireCount(columnCount, "scale of a root-mean-square normalisation")
        let result = Tensor(uninitialized: shape)
        withPointers(self, statistics.normalized, statistics.reciprocals, result) { upstream, y, r, out in
            withPointers(scale) { graft_rms_norm_gradient(upstream, y, r, $0, out, rowCount, columnCount) }
        }
        return result
    }
}
