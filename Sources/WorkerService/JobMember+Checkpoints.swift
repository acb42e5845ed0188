import TransferTechniques
import WireProtocol

// The steps wait for a checkpoint's snapshot in memory, not for its upload.
extension JobMember {
    /// How long a new generation waits for an upload of an earlier one that does not advance. The coordinator goes on
    /// from an older state without it.
    private static let uploadPatience = Duration.seconds(60)

    /// Begins to upload the present state. An earlier upload ends first, so that one snapshot at the most is in
    /// memory.
    func uploadSnapshot(of session: TrainingSession) async throws {
        // It ends by itself as long as there is a coordinator, and whoever waits here can be cancelled.
        while let upload, try await !upload.end(within: .seconds(1)) {}
        upload = CheckpointUpload(
            of: try session.checkpoint(), step: session.step,
            generation: Generation(jobID: order.jobID, number: order.generation), environment: environment)
    }

    /// What this worker reports next must not overtake what it has to say of its upload.
    func endUpload() async throws {
        guard let upload else { return }
        if try await !upload.end(within: Self.uploadPatience) { upload.cancel() }
        self.upload = nil
    }
}
