import CTensorKernels

/// An activation that is zero below zero and the identity above, up to a ceiling.
public enum Rectifier: String, Sendable, CaseIterable {
    case relu
    /// min(max(x, 0), 6), as in MobileNets (Howard et al. 2017).
    case relu6

    var ceiling: Float { self == .relu6 ? 6 : .infinity }
}

extension Tensor {
    /// rectifier(self + row + residual), in place.
    /// - Parameters:
    ///   - row: [columns], added to every row.
    ///   - residual: shaped as self.
    public func rectifyInPlace(
        adding row: Tensor? = nil, residual: Tensor? = nil, by rectifier: Rectifier?
    ) {
        rectify(into: self, adding: row, residual: residual, by: rectifier)
    }

    /// rectifier(self + residual).
    public func rectified(adding residual: Tensor? = nil, by rectifier: Rectifier?) -> Tensor {
        let result = Tensor(uninitialized: shape)
        rectify(into: result, adding: nil, residual: residual, by: rectifier)
        return result
    }

    /// self where the rectifier let its argument through.
    /// - Parameter result: what the rectifier gave.
    public func rectifierGradient(_ rectifier: Rectifier, result: Tensor) -> Tensor {
        result.requireShape(shape, "rectifier gradient")
        let gradient = Tensor(uninitialized: shape)
        withPointers(self, result, gradient) { graft_rectify_gradient($0, $1, rectifier.ceiling, $2, count) }
        return gradient
    }

    private func rectify(
        into target: Tensor, adding row: Tensor?, residual: Tensor?, by rectifier: Rectifier?
    ) {
        row?.requireCount(columnCount, "row")
        residual?.requireShape(shape, "residual")
        withPointers(self, target) { x, out in
            withOptionalPointer(row) { row in
                withOptionalPointer(residual) { residual in
                    graft_rectify(x, row, residual, rectifier?.ceiling ?? 0, out, rowCount, columnCount)
                }
            }
        }
    }
}
