import TrainingJobs
import WireProtocol

/// The store's JSON form of one shard's reference.
struct StoredShard: Codable, Sendable {
    var task: Int
    var split: DataSplit
    var lane: Int
    var part: Int
    var samples: Int
    var sha256: String
    var size: Int

    var reference: ShardReference {
        ShardReference(
            task: task, split: split.rawValue, lane: lane, part: part, samples: samples, sha256: sha256,
            size: size)
    }
}
