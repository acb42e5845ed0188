import TensorKernels

/// The outer product of each row of `a` with the same row of `b`, as one row: a[r, i] · b[r, j] stands in
/// column i · columns of b + j.
/// - Parameters:
///   - a: [rows, m].
///   - b: [rows, n].
/// - Returns: [rows, m · n].
public func rowOuterProducts(_ a: Variable, _ b: Variable) -> Variable {
    precondition(a.value.rowCount == b.value.rowCount, "outer products of \(a.shape) and \(b.shape)")
    let (m, n) = (a.value.columnCount, b.value.columnCount)
    let aSlot = a.gradientSlot
    let bSlot = b.gradientSlot
    let aValue = a.value
    let bValue = b.value
    let result = Tensor(uninitialized: [aValue.rowCount, m * n])
    for row in 0..<aValue.rowCount {
        TensorKernels.matrixProduct(
            aValue.row(row, shape: [m, 1]), bValue.row(row, shape: [1, n]),
            into: result.row(row, shape: [m, n]))
    }
    return Variable(recording: result, inputs: [a, b]) { upstream in
        aSlot?.accumulate { target, adds in
            for row in 0..<aValue.rowCount {
                TensorKernels.matrixProduct(
                    bValue.row(row, shape: [1, n]), upstream.row(row, shape: [m, n]), transposeB: true,
                    into: target.row(row, shape: [1, m]), adds: adds)
            }
        }
        bSlot?.accumulate { target, adds in
            for row in 0..<aValue.rowCount {
                TensorKernels.matrixProduct(
                    aValue.row(row, shape: [1, m]), upstream.row(row, shape: [m, n]),
                    into: target.row(row, shape: [1, n]), adds: adds)
            }
        }
    }
}

extension Tensor {
    fileprivate func row(_ index: Int, shape: [Int]) -> Tensor { rows(index..<index + 1).reshaped(shape) }
}
