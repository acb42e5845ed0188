/// x · weight + bias for a weight that is stored [inputs, outputs], as GPT-2's checkpoints do.
///
/// A row of the result depends on that row of `x` alone, bit by bit, as in a linear layer's product: the result
/// begins as the bias and the product is added to it, since OpenBLAS takes other paths, with other bits, for
/// some sizes of a product that overwrites; and few rows are filled up with zeros, since it does for those too.
/// - Parameters:
///   - x: [rows, inputs].
///   - bias: [outputs]; `nil`: zeros.
/// - Returns: [rows, outputs].
public func inputMajorProduct(_ x: Tensor, _ weight: Tensor, bias: Tensor? = nil) -> Tensor {
    precondition(weight.shape.count == 2, "weight of shape \(weight.shape)")
    let (rows, outputs) = (x.rowCount, weight.columnCount)
    guard rows > 0 else { return .zeros([0, outputs]) }
    let computed = max(rows, fewestRows(weight.count))
    let result = Tensor.zeros([computed, outputs])
    if let bias { result.rows(0..<rows).addRowInPlace(bias) }
    var input = x
    if computed > rows {
        input = .zeros([computed, x.columnCount])
        input.rows(0..<rows).assign(x.reshaped([rows, x.columnCount]))
    }
    matrixProduct(input, weight, into: result, adds: true)
    return result.rows(0..<rows)
}

/// OpenBLAS's kernels for small matrices serve products of up to a million multiplications (0.3.21).
private func fewestRows(_ weightCount: Int) -> Int { max(16, 1_000_000 / max(1, weightCount) + 1) }
