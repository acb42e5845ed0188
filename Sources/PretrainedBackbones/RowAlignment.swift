import Synchronization
import TensorKernels

/// Measures when a row of x · weightᵀ comes out as the same bits whatever rows stand beside it.
///
/// BLAS computes tiles of rows. In some kernels all rows of a tile round alike, and so do left-over rows; in
/// others a row's bits depend on its place in the tile: OpenBLAS's Haswell and Zen kernels have tiles of 12
/// rows whose halves differ. Where every sample begins at a multiple of the tile, its rows always have the
/// same places.
enum RowAlignment {
    /// The rows of one product at the most: above, libraries cut matrices at places of their own choice.
    static let maximumRows = 8192
    /// Fewer rows than this take other paths altogether.
    static let minimumRows = 16

    private static let candidates = [1, 4, 8, 12, 16, 24, 48]
    private static let counts = [
        16, 17, 20, 24, 31, 36, 40, 48, 60, 63, 64, 72, 96, 100, 144, 191, 192, 240, 257, 288, 384,
    ]

    /// The smallest alignment with which every product of the given sizes is independent of what stands
    /// beside a row: blocks begin and end at its multiples, and so does the whole. `nil` where there is none.
    /// Measured once a process.
    static func of(_ sizes: [ProductSize]) -> Int? {
        if let known = measured.withLock({ $0[sizes] }) { return known }
        let alignment = candidates.first { alignment in
            sizes.allSatisfy { holds(alignment, k: $0.k, n: $0.n) }
        }
        measured.withLock { $0[sizes] = .some(alignment) }
        return alignment
    }

    struct ProductSize: Hashable, Sendable {
        /// Columns of x.
        let k: Int
        /// Rows of the weight.
        let n: Int
    }

    /// The library stays the same as long as the process does.
    private static let measured = Mutex<[[ProductSize]: Int?]>([:])

    private static func holds(_ alignment: Int, k: Int, n: Int) -> Bool {
        // Products of few columns are cut at other places where they have thousands of rows.
        let rowCount = n < 16 ? maximumRows : 480
        let weight = Tensor(uninitialized: [n, k])
        weight.fillUniform(-1, 1, key: 1)
        let x = Tensor(uninitialized: [rowCount, k])
        x.fillUniform(-1, 1, key: 2)
        let all = matrixProduct(x, weight, transposeB: true)
        for count in counts where count % alignment == 0 {
            for start in [0, 7, alignment, 5 * alignment, rowCount - count]
            where start % alignment == 0 && start + count <= rowCount {
                let rows = start..<start + count
                guard matrixProduct(x.rows(rows), weight, transposeB: true).isIdentical(to: all.rows(rows))
                else {
                    return false
                }
            }
        }
        return true
    }
}
