import COpenBLAS
import Foundation

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

    /// What decides the bits of all numbers: the library, its kernels for this processor, and the revision of
    /// Graft's own: "openblas-0.3.21/SkylakeX/graft-1".
    public var kernelFamily: String { "openblas-\(version)/\(coreName)/graft-\(KernelRevision.current)" }

    /// Threads over which the library divides a product that the calling thread asks for; 1.
    ///
    /// An OpenMP build divides it over as many as OpenMP has for that thread, whatever OpenBLAS itself was told
    /// (OpenBLAS#5806): only the thread that first read `current` is sure to have one.
    public var threadCount: Int {
        typealias Count = @convention(c) () -> CInt
        if parallelization == .openMP, let function = dlsym(nil, "omp_get_max_threads") {
            return Int(unsafeBitCast(function, to: Count.self)())
        }
        return Int(openblas_get_num_threads())
    }

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
}
