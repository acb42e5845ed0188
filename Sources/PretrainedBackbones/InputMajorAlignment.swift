import Synchronization
import TensorKernels

/// As `RowAlignment`, for products with weights that are stored [inputs, outputs].
enum InputMajorAlignment {
    struct ProductSize: Hashable, Sendable {
        let inputs: Int
        let outputs: Int
    }

    private static let candidates = [1, 4, 8, 12, 16, 24, 48]
    private static let counts = [
        16, 17, 20, 24, 31, 36, 40, 48, 60, 64, 96, 100, 144, 191, 192, 257, 288, 384,
    ]
    /// The library stays the same as long as the process does.
    private static let measured = Mutex<[[ProductSize]: Int?]>([:])

    /// The smallest alignment with which every product of the given sizes is independent of what stands beside
    /// a row; `nil` where there is none. Measured once a process.
    static func of(_ sizes: [ProductSize]) -> Int? {
        if let known = measured.withLock({ $0[sizes] }) { return known }
        let alignment = candidates.first { alignment in sizes.allSatisfy { holds(alignment, $0) } }
        measured.withLock { $0[sizes] = .some(alignment) }
        return alignment
    }

    private static func holds(_ alignment: Int, _ size: ProductSize) -> Bool {
        let rowCount = 480
        let weight = Tensor(uninitialized: [size.inputs, size.outputs])
        weight.fillUniform(-1, 1, key: 1)
        let x = Tensor(uninitialized: [rowCount, size.inputs])
        x.fillUniform(-1, 1, key: 2)
        let all = inputMajorProduct(x, weight)
        for count in counts where count % alignment == 0 {
            for start in [0, 7, alignment, 5 * alignment, rowCount - count]
            where start % alignment == 0 && start + count <= rowCount {
                let rows = start..<start + count
                guard inputMajorProduct(x.rows(rows), weight).isIdentical(to: all.rows(rows)) else {
                    return false
                }
            }
        }
        return true
    }
}
