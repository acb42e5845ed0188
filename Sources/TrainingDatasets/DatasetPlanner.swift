import Foundation
import TrainingJobs

/// Turns a job's data files into labels, lanes and shards.
public enum DatasetPlanner {
    /// Samples in a shard at the most.
    public static let samplesPerShard = 4096

    /// The whole plan in memory; for large data prefer the form with `emit`.
    ///
    /// - Parameter files: The job's data files by logical path: see `JobFiles.dataPath`.
    public static func plan(
        _ specification: JobSpecification, files: [String: URL]
    ) throws -> (plan: DatasetPlan, shards: [PlannedShard]) {
        var shards: [PlannedShard] = []
        let plan = try plan(specification, files: files) { shards.append($0) }
        return (plan, shards)
    }

    /// Plans the job, handing over each shard as it fills, with at most one unfinished shard a lane in memory.
    ///
    /// - Throws: `DatasetError` with file and row; whatever `emit` throws.
    public static func plan(
        _ specification: JobSpecification, files: [String: URL], emit: (PlannedShard) throws -> Void
    ) throws -> DatasetPlan {
        throw DatasetError(code: .unreadableFile, reason: "not yet")
    }
}
