import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

/// A job that has not ended, as the coordinator holds it in memory; the store has all of it as well.
struct ActiveJob: Sendable {
    var record: JobRecord
    let specification: JobSpecification
    /// Files that the job file names.
    let files: [FileReference]
    /// Shards of all lanes; empty until the data is planned.
    var shards: [ShardReference] = []
    /// `nil` until the data is planned.
    var driver: JobDriver?
    /// The planning that runs, for the first time or to make shards anew; dropped with the job.
    var planning: Task<Void, Never>?
    /// When its data is read again, in the coordinator's monotonic seconds: the disk had no room for shards.
    var nextPlanning: Double?
    /// Members that it had when the coordinator stopped; it waits a moment for as many.
    var expectedMembers = 0
    /// Since when it has had no workers, in the coordinator's monotonic seconds; `nil` while it has some.
    var waitingSince: Double?
    /// When it last got workers, and for how long it had waited for them.
    var turn = (start: 0.0, waited: 0.0)

    var id: String { record.id }

    /// Whether its data is being read, or will be when there is room: until then it wants no members.
    var isReadingData: Bool { planning != nil || nextPlanning != nil }

    /// Hashes of all files, as they are pinned.
    var inputHashes: Set<String> { Set(files.map(\.sha256)) }
}
