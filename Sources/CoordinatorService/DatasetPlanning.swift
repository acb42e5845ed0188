import ContentStore
import Foundation
import JobScheduling
import JobStore
import TrainingDatasets
import TrainingJobs
import WireProtocol

/// Reads a job's data files from the blob store and writes its shards there.
struct DatasetPlanning: Sendable {
    let specification: JobSpecification
    let files: [FileReference]
    let blobs: BlobStore

    /// Runs on a thread of its own; large data takes minutes.
    /// - Throws: `DatasetError`, `ContentStoreError`, or `CancellationError` at the next shard.
    func run() async throws -> (DatasetPlan, [StoredShard]) {
        try await DatasetPlanningThread().run(self)
    }

    func planBlocking() throws -> (DatasetPlan, [StoredShard]) {
        var places: [String: URL] = [:]
        for file in files where file.path.hasPrefix("tasks/") {
            places[file.path] = try blobs.url(for: file.sha256)
            guard try blobs.keepIfWhole(file.sha256) else { throw Self.damage(to: file) }
        }
        var shards: [StoredShard] = []
        let plan = try DatasetPlanner.plan(specification, files: places) { shard in
            try Task.checkCancellation()
            let blob = try blobs.addBytes(shard.bytes)
            shards.append(
                StoredShard(
                    task: shard.task, split: shard.split, lane: shard.lane, part: shard.part,
                    samples: shard.samples, sha256: blob.sha256, size: blob.size))
        }
        return (plan, shards)
    }

    /// An input is nowhere but in the store and with whoever submitted it.
    static func damage(to file: FileReference) -> JobFailure {
        JobFailure(
            code: BlobTransfers.damagedCode,
            message:
                "The coordinator's disk has damaged or lost the job's file \(file.path). Check that disk, and "
                + "submit the job anew: the file is then sent again.")
    }

    /// The error as the job's failure, its text unchanged.
    static func failure(_ error: any Error) -> JobFailure {
        switch error {
        case let error as JobFailure: error
        case let error as DatasetError: JobFailure(code: error.code.name, message: error.message)
        case let error as ContentStoreError: JobFailure(code: error.code.name, message: error.message)
        case let error as JobStoreError: JobFailure(code: error.code.name, message: error.message)
        default: JobFailure(code: "planning-failed", message: "The data could not be read: \(error)")
        }
    }
}

/// One planning's own thread.
private actor DatasetPlanningThread {
    private let executor = BlockingExecutor(label: "graft.planning")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run(_ planning: DatasetPlanning) throws -> (DatasetPlan, [StoredShard]) {
        try planning.planBlocking()
    }
}
