import CTensorKernels

/// What the gradient of a layer normalisation needs.
public struct LayerNormalizationStatistics {
    /// (h − mean) / deviation.
    public let normalized: Tensor
    /// 1 / deviation of each row.
    let reciprocals: Tensor
}

extension Tensor {
    /// Normalises each row of self, or of self + residual.
    /// - Parameters:
    ///   - scale, shift: [columns]; ones and zeros where absent.
    ///   - keepsStatistics: whether a gradient will be asked for.
    public func layerNormalized(
        residual: Tensor? = nil, scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Float,
        keepsStatistics: Bool = false
    ) -> (result: Tensor, statistics: LayerNormalizationStatistics?) {
        residual?.requireShape(shape, "residual")
        scale?.requireCount(columnCount, "scale of a layer normalisation")
        shift?.requireCount(columnCount, "shift of a layer normalisation")
        let result = Tensor(uninitialized: shape)
        let statistics =
            keepsStatistics
            ? LayerNormalizationStatistics(
                normalized: Tensor(uninitialized: shape), reciprocals: Tensor(uninitialized: [rowCount]))
            : nil
        withPointers(self, result) { x, out in
            withOptionalPointer(residual) { residual in
                withOptionalPointer(scale) { scale in
                    withOptionalPointer(shift) { shift in
                        withOptionalPointer(statistics?.normalized) { normalized in
                            withOptionalPointer(statistics?.reciprocals) { reciprocals in
                                graft_layer_norm(
                                    x, residual, scale, shift, epsilon, out, normalized, reciprocals,
                                    rowCount,
                                    columnCount)
                            }
                        }
                    }
                }
            }
        }
        return (result, statistics)
    }

    /// The gradient with respect to the normalisation's argument, self being that of its result.
    public func layerNormalizationGradient(
        _ statistics: LayerNormalizationStatistics, scale: Tensor?
    ) -> Tensor {
        statistics.normalized.requireShape(shape, "layer normalisation gradient")
        let result = Tensor(uninitialized: shape)
        withPointers(self, statistics.normalized, statistics.reciprocals, result) { upstream, y, r, out in
            withOptionalPointer(scale) { scale in
                graft_layer_norm_gradient(upstream, y, r, scale, out, rowCount, columnCount)
            }
        }
        return result
    }
}
