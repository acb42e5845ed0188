import Foundation

/// What was found out about this process's BLAS library, and whether a worker may compute with it.
///
/// A job's bits rest on products that are the same whenever they are computed. Builds that cannot promise that are
/// refused when a worker starts rather than noticed in a model.
public struct BLASFindings: Sendable, Equatable {
    public var parallelization: BLASEnvironment.Parallelization
    /// Threads over which the library divides a product, after it was told to use one.
    public var threadCount: Int
    /// What came of trial products; `nil`: not tried.
    public var products: ProductExamination.Outcome?

    /// What makes any build of OpenBLAS keep to one thread, in the environment that a process is started with:
    /// OpenMP and OpenBLAS read it when they are loaded, so that setting it later is too late.
    public static let oneThreadEnvironment = ["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]

    /// Examines the library of this process, on threads of its own; takes some milliseconds.
    /// - Parameter examination: the products to try; `nil`: none.
    public static func ofThisProcess(trying examination: ProductExamination? = .atStart) async -> BLASFindings
    {
        // Read here first: it asks the library for one thread, and OpenMP may then grant it to this thread alone.
        let environment = BLASEnvironment.current
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    returning: BLASFindings(
                        parallelization: environment.parallelization, threadCount: environment.threadCount,
                        products: examination?.run()))
            }
        }
    }

    public init(
        parallelization: BLASEnvironment.Parallelization, threadCount: Int,
        products: ProductExamination.Outcome? = nil
    ) {
        self.parallelization = parallelization
        self.threadCount = threadCount
        self.products = products
    }

    /// Why a worker must not compute with this library, and what to do about it; `nil` where it may.
    public var problem: String? {
        if threadCount != 1 {
            let variable = parallelization == .openMP ? "OMP_NUM_THREADS" : "OPENBLAS_NUM_THREADS"
            return
                "this OpenBLAS divides products over \(threadCount) threads although it was told to use one, and"
                + " their number changes a model's bits: start the worker with \(variable)=1. \(Self.otherBuild)"
        }
        switch products {
        case nil, .agree: return nil
        case .wrong(let count, let total):
            return
                "this OpenBLAS multiplies wrongly on this processor: \(count) of \(total) numbers are further from"
                + " the exact ones than rounding explains. Set OPENBLAS_CORETYPE to an older processor, such as"
                + " Haswell. \(Self.otherBuild)"
        case .differ(let count, let total):
            return
                "this OpenBLAS gives wrong numbers when it is called from several threads: \(count) of \(total)"
                + " products differ from one thread's. \(Self.otherBuild)"
        case .unfinished:
            return "products that several threads asked this OpenBLAS for did not end. \(Self.otherBuild)"
        }
    }

    private static let otherBuild =
        "Or install another build: libopenblas0-pthread is tested, and"
        + " 'update-alternatives --config libopenblas.so.0-$(uname -m)-linux-gnu' chooses it"
}
