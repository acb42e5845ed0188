/// Why a job holds on to a blob. A blob that no job holds may be removed.
public enum BlobRole: String, Sendable, CaseIterable {
    /// Named by the job file: backbone and data.
    case input
    /// Written by planning.
    case shard
    case checkpoint
    case result
}
