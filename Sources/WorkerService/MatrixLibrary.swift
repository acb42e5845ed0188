import Foundation
import Logging
import TensorKernels

/// The library behind matrix products, as far as starting a worker is concerned.
public enum MatrixLibrary {
    /// What a worker process is to be started with, so that every build of the library keeps to one thread.
    public static let processEnvironment = BLASFindings.oneThreadEnvironment

    /// Whether the library keeps to one thread in this process; where not, a worker needs one of its own that is
    /// started with `processEnvironment`.
    public static func keepsToOneThread() async -> Bool {
        await BLASFindings.ofThisProcess(trying: nil).threadCount == 1
    }

    /// Refuses, before a worker registers, a library that a job's bits cannot rest on, and logs what was found.
    ///
    /// Takes some milliseconds.
    /// - Throws: `WorkerError` (`unfit_blas`) that says what to install or to set.
    static func examine(_ logger: Logger) async throws {
        let start = ContinuousClock.now
        let findings = await BLASFindings.ofThisProcess()
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        let environment = BLASEnvironment.current
        if let problem = findings.problem {
            throw WorkerError(
                .unfitBLAS, "\(problem) (\(environment.configuration))", context: environment.kernelFamily)
        }
        logger.info(
            "matrix products by \(environment.configuration), kernels \(environment.kernelFamily), on one thread; tried in \(Int(milliseconds)) ms"
        )
    }
}
