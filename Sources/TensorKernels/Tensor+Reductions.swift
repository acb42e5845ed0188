import CTensorKernels

extension Tensor {
    /// The sum of all elements, of shape [].
    public func sum() -> Tensor {
        Tensor([withPointers(self) { graft_sum($0, count) }], shape: [])
    }

    /// The sum of squares, in double precision.
    public func sumOfSquares() -> Double {
        withPointers(self) { graft_sum_of_squares($0, count) }
    }

    /// The largest magnitude; 0 for no elements. Something not a number counts as larger than infinity.
    public func maximumMagnitude() -> Float {
        withPointers(self) { graft_maximum_magnitude($0, count) }
    }

    /// Sums over rows, into [columns].
    public func columnSums(into target: Tensor, adds: Bool = false) {
        target.requireCount(columnCount, "column sums")
        withPointers(self, target) { graft_column_sums($0, $1, rowCount, columnCount, adds ? 1 : 0) }
    }

    /// Sums over rows of the products with another matrix, into [columns].
    public func columnProductSums(_ other: Tensor, into target: Tensor, adds: Bool = false) {
        other.requireCount(count, "column product sums")
        target.requireCount(columnCount, "column product sums")
        withPointers(self, other, target) {
            graft_column_product_sums($0, $1, $2, rowCount, columnCount, adds ? 1 : 0)
        }
    }
}
