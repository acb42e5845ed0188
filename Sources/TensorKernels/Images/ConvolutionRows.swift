import Synchronization

/// Whether BLAS gives a patch's products the same bits wherever it stands in the matrix, measured once for
/// each size. Where it does not, images go through one by one.
enum ConvolutionRows {
    private struct Size: Hashable {
        let inner: Int
        let outputs: Int
    }

    private static let measured = Mutex<[Size: Bool]>([:])
    /// More inner elements than this only repeat the library's loop over blocks.
    private static let mostInner = 700
    /// Smaller products take paths of their own.
    private static let fewestElements = 4096

    /// Rows that a product has at least for the measurement to hold.
    static func fewestRows(outputs: Int) -> Int { max(16, (fewestElements + outputs - 1) / outputs) }

    /// - Parameter rows: the least that a product has.
    static func areIndependent(inner: Int, outputs: Int, rows: Int) -> Bool {
        guard rows >= fewestRows(outputs: outputs) else { return false }
        let size = Size(inner: min(inner, mostInner), outputs: outputs)
        if let known = measured.withLock({ $0[size] }) { return known }
        let result = measure(size)
        measured.withLock { $0[size] = result }
        return result
    }

    private static func measure(_ size: Size) -> Bool {
        let fewest = fewestRows(outputs: size.outputs)
        let rowCount = max(400, 2 * fewest)
        let weight = Tensor(uninitialized: [size.outputs, size.inner])
        weight.fillUniform(-1, 1, key: 1)
        let x = Tensor(uninitialized: [rowCount, size.inner])
        x.fillUniform(-1, 1, key: 2)
        let all = product(x, weight)
        for count in [fewest, fewest + 1, fewest + 7, fewest + 33, (fewest + rowCount) / 2] {
            for start in [0, 5, rowCount - count] where start + count <= rowCount {
                let rows = start..<start + count
                guard product(x.rows(rows), weight).isIdentical(to: all.rows(rows)) else { return false }
            }
        }
        return true
    }

    private static func product(_ x: Tensor, _ weight: Tensor) -> Tensor {
        let (rows, inner, outputs) = (x.shape[0], x.shape[1], weight.shape[0])
        let result = Tensor(uninitialized: [rows, outputs])
        withPointers(x, weight, result) {
            sgemm(false, true, rows, outputs, inner, 1, $0, inner, $1, inner, 0, $2, outputs)
        }
        return result
    }
}
