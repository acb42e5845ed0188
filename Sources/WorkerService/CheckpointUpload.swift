import Synchronization
import WireProtocol

/// A state's snapshot on its way to the blob store, beside the steps that follow it.
final class CheckpointUpload: Sendable {
    /// How often a waiting piece of work looks: it must be able to end before the upload does.
    private static let interval = Duration.milliseconds(5)

    private let hasEnded = Mutex(false)
    private let lastAdvance = Mutex(ContinuousClock.now)
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Uploads `bytes`, then reports that they are stored, or why they are not.
    init(
        of bytes: [UInt8], step: Int, generation: Generation, environment: JobEnvironment
    ) {
        let task = Task {
            await run(bytes, step, generation, environment)
            hasEnded.withLock { $0 = true }
        }
        self.task.withLock { $0 = task }
    }

    private func run(
        _ bytes: [UInt8], _ step: Int, _ generation: Generation, _ environment: JobEnvironment
    ) async {
        var report: WireBody
        do {
            let file = try await environment.transfer.upload(bytes: bytes, path: "checkpoint.safetensors") {
                lastAdvance.withLock { $0 = .now }
            }
            report = .checkpointStored(
                CheckpointStored(
                    jobID: generation.jobID, generation: generation.number, workerID: environment.workerID,
                    step: step, file: file))
        } catch {
            guard !Task.isCancelled else { return }
            report = FailureReport.report(
                error, isPreparation: false, generation: generation, workerID: environment.workerID,
                members: [])
            environment.logger.error("\(error)", metadata: ["job": "\(generation.jobID)"])
        }
        try? await environment.coordinator.report(report)
    }

    /// Waits until the store has the snapshot, or it is known that it will not.
    ///
    /// - Parameter patience: since the last chunk: a slow network is no reason to give up.
    /// - Returns: whether the upload ended in time.
    /// - Throws: `CancellationError`; the upload goes on.
    func end(within patience: Duration) async throws -> Bool {
        let start = ContinuousClock.now
        while !hasEnded.withLock({ $0 }) {
            let last = max(start, lastAdvance.withLock { $0 })
            guard ContinuousClock.now < last + patience else { return false }
            try await Task.sleep(for: Self.interval)
        }
        return true
    }

    func cancel() { task.withLock { $0?.cancel() } }
}
