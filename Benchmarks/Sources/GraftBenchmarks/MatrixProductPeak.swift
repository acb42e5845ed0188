import TensorKernels

/// OpenBLAS's own peak: large square products, as `cblas_sgemm` does them on one thread.
struct MatrixProductPeak: Workload {
    private static let size = 1024
    private static let repetitions = 8
    private let a = Tensor.filled(0.5, shape: [size, size])
    private let b = Tensor.filled(0.25, shape: [size, size])

    /// Floating-point operations of a round, in units of 10^6.
    var unitsPerRound: Int { Self.repetitions * 2 * Self.size * Self.size * Self.size / 1_000_000 }

    func run() {
        for _ in 0..<Self.repetitions { _ = matrixProduct(a, b) }
    }
}
