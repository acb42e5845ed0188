import TrainingJobs

/// A segment that all members have run, while the state at its end is still on its way to the store.
public struct UncommittedSegment: Codable, Sendable, Equatable {
    var endStep: Int
    /// The one that ran it.
    var generation: Int
    /// Who uploads that state.
    var uploaderID: String
    var summary: JobReport.Segment
}
