import COpenBLAS
import CTensorKernels

/// op(a) · op(b), or added to `out`.
///
/// In the form of a linear layer, a · bᵀ, a row of the result depends on that row of `a` alone, bit by bit,
/// whatever the number of rows: small products, for which OpenBLAS chooses other kernels, are computed with
/// more rows, those with few columns without it. On some processors its place among rows counts as well:
/// PretrainedBackbones' `RowAlignment` measures that.
/// - Parameters:
///   - a: [m, k], or [k, m] if transposed. More dimensions count as rows.
///   - b: [k, n], or [n, k] if transposed.
///   - out: m · n elements; overwritten unless `adds`.
public func matrixProduct(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false, into out: Tensor,
    adds: Bool = false
) {
    let size = ProductSize(a, b, transposeA: transposeA, transposeB: transposeB)
    out.requireCount(size.m * size.n, "matrix product")
    guard size.m > 0, size.n > 0 else { return }
    if size.k == 0 {
        if !adds { out.fill(0) }
    } else if transposeA {
        multiply(a, b, size, transposeA: true, transposeB: transposeB, into: out, beta: adds ? 1 : 0)
    } else if transposeB, size.n <= narrowest {
        narrowProduct(a, b, size, into: out, adds: adds)
    } else if transposeB, size.m < fewestRows(columns: size.n) {
        paddedProduct(a, b, size, into: out, adds: adds)
    } else {
        multiply(a, b, size, transposeA: false, transposeB: transposeB, into: out, beta: adds ? 1 : 0)
    }
}

/// op(a) · op(b) as a tensor [m, n] of its own; see the function that writes into one.
public func matrixProduct(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor {
    let size = ProductSize(a, b, transposeA: transposeA, transposeB: transposeB)
    let out = Tensor(uninitialized: [size.m, size.n])
    matrixProduct(a, b, transposeA: transposeA, transposeB: transposeB, into: out)
    return out
}

/// Up to this many columns a product is computed by our own loop.
private let narrowest = 32

/// Fewer rows than this make OpenBLAS take another path, with other bits: its kernels for small matrices
/// serve results of up to 1200 elements (0.3.21), those of one row or a few are vector products.
private func fewestRows(columns: Int) -> Int { max(16, (2047 + columns) / columns) }

private struct ProductSize {
    let m: Int
    let n: Int
    let k: Int

    init(_ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool) {
        m = transposeA ? a.columnCount : a.rowCount
        k = transposeA ? a.rowCount : a.columnCount
        n = transposeB ? b.rowCount : b.columnCount
        let inner = transposeB ? b.columnCount : b.rowCount
        precondition(k == inner, "product of \(a.shape) and \(b.shape): inner dimensions \(k) and \(inner)")
    }
}

private func multiply(
    _ a: Tensor, _ b: Tensor, _ size: ProductSize, transposeA: Bool, transposeB: Bool, into out: Tensor,
    beta: Float
) {
    withPointers(a, b, out) { a, b, out in
        sgemm(
            transposeA, transposeB, size.m, size.n, size.k, 1, a, transposeA ? size.m : size.k, b,
            transposeB ? size.k : size.n, beta, out, size.n)
    }
}

private func narrowProduct(_ a: Tensor, _ b: Tensor, _ size: ProductSize, into out: Tensor, adds: Bool) {
    let target = adds ? Tensor(uninitialized: out.shape) : out
    withPointers(a, b, target) { graft_narrow_product($0, $1, $2, size.m, size.k, size.n) }
    if adds { out.addInPlace(target) }
}

private func paddedProduct(_ a: Tensor, _ b: Tensor, _ size: ProductSize, into out: Tensor, adds: Bool) {
    let rowCount = fewestRows(columns: size.n)
    let padded = Tensor.zeros([rowCount, size.k])
    padded.rows(0..<size.m).reshaped(a.shape).assign(a)
    let product = Tensor(uninitialized: [rowCount, size.n])
    let paddedSize = ProductSize(padded, b, transposeA: false, transposeB: true)
    multiply(padded, b, paddedSize, transposeA: false, transposeB: true, into: product, beta: 0)
    let result = product.rows(0..<size.m).reshaped(out.shape)
    if adds { out.addInPlace(result) } else { out.assign(result) }
}

/// Row-major sgemm with leading dimensions: out = alpha · op(a) · op(b) + beta · out.
func sgemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Float,
    _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int, _ beta: Float,
    _ out: UnsafeMutablePointer<Float>, _ ldc: Int
) {
    _ = BLASEnvironment.current
    cblas_sgemm(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
        blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, out, blasint(ldc))
}
