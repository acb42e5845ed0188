import COpenBLAS

/// The BLAS library behind matrix products: what it is, and that it runs on one thread.
///
/// One thread, because a worker has one compute thread, and because the way a library divides a product
/// over threads changes its bits.
public struct BLASEnvironment: Sendable {
    /// How the library was built to run in parallel.
    public enum Parallelization: String, Sendable {
        case none
        case threads
        case openMP = "openmp"
    }

    /// "0.3.21".
    public let version: String
    /// The processor family whose kernels the library chose: "SkylakeX".
    public let coreName: String
    /// The library's own description of its build.
    public let configuration: String
    public let parallelization: Parallelization

    /// The library of this process, set to one thread when this is first read. Matrix products read it.
    public static let current = BLASEnvironment()

    /// What decides the bits of a product: "openblas-0.3.21/SkylakeX".
    public var kernelFamily: String { "openblas-\(version)/\(coreName)" }

    /// Threads that the library uses; 1.
    public var threadCount: Int { Int(openblas_get_num_threads()) }

    private init() {
        openblas_set_num_threads(1)
        configuration = String(cString: openblas_get_config())
        coreName = String(cString: openblas_get_corename())
        let words = configuration.split(separator: " ")
        version = words.first { $0.first?.isNumber == true }.map(String.init) ?? "unknown"
        parallelization =
            switch openblas_get_parallel() {
            case 0: .none
            case 2: .openMP
            default: .threads
            }
    }

    /// Whether a row of x · weightᵀ comes out alike wherever it stands and whatever stands beside it:
    /// what features that are computed in different batches rely on. Checked on random numbers.
    /// - Parameters:
    ///   - k: columns of x.
    ///   - n: rows of the weight.
    public func rowIndependence(k: Int, n: Int) -> Bool {
        let weight = Tensor(uninitialized: [n, k])
        weight.fillUniform(-1, 1, key: 1)
        let x = Tensor(uninitialized: [320, k])
        x.fillUniform(-1, 1, key: 2)
        let all = matrixProduct(x, weight, transposeB: true)
        // Around the widths of register tiles, and past the height of a cache block.
        for rowCount in [1, 2, 3, 5, 8, 13, 16, 17, 31, 48, 63, 65, 100, 191, 257] {
            for start in [0, 7, 320 - rowCount] where start + rowCount <= 320 {
                let rows = start..<start + rowCount
                let part = matrixProduct(x.rows(rows), weight, transposeB: true)
                guard part.isIdentical(to: all.rows(rows)) else { return false }
            }
        }
        return true
    }
}
