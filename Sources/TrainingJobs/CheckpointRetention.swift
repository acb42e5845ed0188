/// Which checkpoints of a job that runs are kept, beside the best one.
public struct CheckpointRetention: Codable, Sendable, Equatable {
    /// What `keep` may be.
    public static let permittedCounts = 1...100

    /// The latest so many. With 1, the job may have to begin anew where the coordinator's disk damages one.
    public var keep: Int

    public init(keep: Int = 2) { self.keep = keep }
}
