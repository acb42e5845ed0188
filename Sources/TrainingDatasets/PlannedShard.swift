import TrainingJobs

/// A shard as planned: a part of one lane of one split of one task.
public struct PlannedShard: Sendable, Equatable {
    /// Index in the job file.
    public var task: Int
    public var split: DataSplit
    public var lane: Int
    /// Parts of a lane count from 0; all but the last are full, by samples or by bytes.
    public var part: Int
    /// Samples in it.
    public var samples: Int
    /// `ShardCodec` form.
    public var bytes: [UInt8]
    /// Of `bytes`, lower-case hexadecimal.
    public var sha256: String

    public init(
        task: Int, split: DataSplit, lane: Int, part: Int, samples: Int, bytes: [UInt8], sha256: String
    ) {
        self.task = task
        self.split = split
        self.lane = lane
        self.part = part
        self.samples = samples
        self.bytes = bytes
        self.sha256 = sha256
    }
}
