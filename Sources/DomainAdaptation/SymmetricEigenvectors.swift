/// Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan,
/// Matrix Computations, section 8.5), in double precision.
struct SymmetricEigenvectors {
    /// The largest first.
    let values: [Double]
    /// `vectors[i]` belongs to `values[i]`, of length 1.
    let vectors: [[Double]]

    init(_ matrix: [[Double]]) {
        let size = matrix.count
        var a = matrix
        var columns = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
        for _ in 0..<30 where Self.offDiagonal(a) > 1e-15 * Self.diagonal(a) {
            for p in 0..<size {
                for q in p + 1..<max(size, p + 1) { Self.rotate(&a, &columns, p, q) }
            }
        }
        let order = (0..<size).sorted { (a[$1][$1], $0) < (a[$0][$0], $1) }
        values = order.map { a[$0][$0] }
        vectors = order.map { index in columns.map { $0[index] } }
    }

    private static func offDiagonal(_ a: [[Double]]) -> Double {
        a.indices.reduce(0) { sum, row in
            sum + a.indices.reduce(0) { $1 == row ? $0 : max($0, abs(a[row][$1])) }
        }
    }

    private static func diagonal(_ a: [[Double]]) -> Double {
        a.indices.reduce(0) { max($0, abs(a[$1][$1])) }
    }

    /// Makes a[p][q] zero.
    private static func rotate(_ a: inout [[Double]], _ columns: inout [[Double]], _ p: Int, _ q: Int) {
        guard a[p][q] != 0 else { return }
        let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        for index in a.indices {
            (a[index][p], a[index][q]) = (
                cosine * a[index][p] - sine * a[index][q], sine * a[index][p] + cosine * a[index][q]
            )
            (columns[index][p], columns[index][q]) = (
                cosine * columns[index][p] - sine * columns[index][q],
                sine * columns[index][p] + cosine * columns[index][q]
            )
        }
        for index in a.indices {
            (a[p][index], a[q][index]) = (
                cosine * a[p][index] - sine * a[q][index], sine * a[p][index] + cosine * a[q][index]
            )
        }
    }
}
