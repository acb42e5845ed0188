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
    /// Holds no workers and keeps its progress until somebody resumes it.
    case paused
    case done
    case failed
    case cancelled

    /// The states that may follow. Any unfinished job can fail or be cancelled, and paused once its files are
    /// there. Every running one can fall back to `preparing` (the next generation, after a lost member) or to
    /// `queued` (too few workers are left). One that failed or was cancelled is queued again by a retry.
    public var successors: Set<JobState> {
        switch self {
        case .uploading: [.queued, .failed, .cancelled]
        case .queued: [.preparing, .paused, .failed, .cancelled]
        // A restart from a late checkpoint has nothing left to train: it goes on where the job stood.
        case .preparing:
            [
                .extracting, .training, .evaluating, .exporting, .preparing, .queued, .paused, .failed,
                .cancelled,
            ]
        case .extracting:
            [.training, .evaluating, .exporting, .preparing, .queued, .paused, .failed, .cancelled]
        case .training: [.evaluating, .exporting, .preparing, .queued, .paused, .failed, .cancelled]
        case .evaluating: [.training, .exporting, .preparing, .queued, .paused, .failed, .cancelled]
        case .exporting: [.done, .preparing, .queued, .paused, .failed, .cancelled]
        case .paused: [.queued, .failed, .cancelled]
        case .failed, .cancelled: [.queued]
        case .done: []
        }
    }

    public func canBecome(_ next: JobState) -> Bool { successors.contains(next) }

    /// The job has ended: nothing follows by itself.
    public var isFinal: Bool {
        switch self {
        case .done, .failed, .cancelled: true
        default: false
        }
    }

    /// The job ended without a model and may be taken up again.
    public var canBeRetried: Bool { self == .failed || self == .cancelled }

    /// The job holds workers.
    public var isRunning: Bool {
        switch self {
        case .preparing, .extracting, .training, .evaluating, .exporting: true
        case .uploading, .queued, .paused, .done, .failed, .cancelled: false
        }
    }
}
