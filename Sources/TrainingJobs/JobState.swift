/// Where a job stands in its life. The raw value is the state's name on the wire and in the store.
public enum JobState: String, Codable, Sendable, CaseIterable {
    /// Accepted, but files that it names have not arrived in full.
    case uploading
    /// Waits for workers.
    case queued
    /// Workers fetch files, build the model and greet each other; also the start of every later generation.
    case preparing
    /// Samples go once through the frozen part, or come from the feature cache.
    case extracting
    case training
    case evaluating
    /// Rank 0 builds the model folder.
    case exporting
    case done
    case failed
    case cancelled

    /// The states that may follow. Any unfinished job can fail or be cancelled. Every running one can fall
    /// back to `preparing` (the next generation, after a lost member) or to `queued` (too few workers are
    /// left).
    public var successors: Set<JobState> {
        switch self {
        case .uploading: [.queued, .failed, .cancelled]
        case .queued: [.preparing, .failed, .cancelled]
        // A restart from a late checkpoint has nothing left to train: it goes on where the job stood.
        case .preparing:
            [.extracting, .training, .evaluating, .exporting, .preparing, .queued, .failed, .cancelled]
        case .extracting: [.training, .evaluating, .exporting, .preparing, .queued, .failed, .cancelled]
        case .training: [.evaluating, .exporting, .preparing, .queued, .failed, .cancelled]
        case .evaluating: [.training, .exporting, .preparing, .queued, .failed, .cancelled]
        case .exporting: [.done, .preparing, .queued, .failed, .cancelled]
        case .done, .failed, .cancelled: []
        }
    }

    public func canBecome(_ next: JobState) -> Bool { successors.contains(next) }

    /// The job has ended; nothing follows.
    public var isFinal: Bool { successors.isEmpty }

    /// The job holds workers.
    public var isRunning: Bool {
        switch self {
        case .preparing, .extracting, .training, .evaluating, .exporting: true
        case .uploading, .queued, .done, .failed, .cancelled: false
        }
    }
}
