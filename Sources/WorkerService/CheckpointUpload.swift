import Synchronization
import WireProtocol

/// A state's snapshot on its way to the blob store, beside the steps that follow it.
final class CheckpointUpload: Sendable {
    /// How often a waiting piece of work looks: it must be able to end before the upload does.
    private static let interval = Duration.milliseconds(5)

    private let hasEnded = Mutex(false)
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Uploads `bytes`, then reports that they are stored, or why they are not.
    init(
        of bytes: [UInt8], step: Int, generation: Generation, environment: JobEnvironment
    ) {
        let task = Task {
            await Self.run(bytes, step, generation, environment)
            hasEnded.withLock { $0 = true }
        }
        self.task.withLock { $0 = task }
    }

    private static func run(
        _ bytes: [UInt8], _ step: Int, _ generation: Generation, _ environment: JobEnvironment
    ) async {
        var report: WireBody
        do {
            let file = try await environment.transfer.upload(bytes: bytes, path: "checkpoint.safetensors")
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
    /// - Returns: whether the upload ended in time.
    /// - Throws: `CancellationError`; the upload goes on.
    func end(within patience: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + patience
        while !hasEnded.withLock({ $0 }) {
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: Self.interval)
        }
        return true
    }

    func cancel() { task.withLock { $0?.cancel() } }
}
