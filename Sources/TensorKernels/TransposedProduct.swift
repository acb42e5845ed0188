/// aᵀ · b, still to be computed: a weight's gradient, from the gradient of a linear map's result and its input.
public struct TransposedProduct {
    let a: Tensor
    let b: Tensor

    /// - Parameters:
    ///   - a: [k, m]. More dimensions count as rows.
    ///   - b: [k, n].
    public init(_ a: Tensor, _ b: Tensor) {
        precondition(a.rowCount == b.rowCount, "product of \(a.rowCount) and \(b.rowCount) rows")
        self.a = a
        self.b = b
    }

    /// Rows of the result.
    public var rowCount: Int { a.columnCount }
    /// Columns of the result.
    public var columnCount: Int { b.columnCount }

    /// Computes it, or adds it to what is there.
    /// - Parameter out: m · n elements.
    public func compute(into out: Tensor, adds: Bool) {
        matrixProduct(a, b, transposeA: true, into: out, adds: adds)
    }

    /// Bytes of both factors.
    public var factorBytes: Int { (a.count + b.count) * MemoryLayout<Float>.stride }
}
