import Crypto
import TrainingJobs

/// Deals one split's samples into lanes and hands shards over as they fill.
struct LaneWriter {
    let task: Int
    let split: DataSplit
    let samplesPerShard: Int
    /// Bytes of payloads after which a shard is full.
    let bytesPerShard: Int
    /// Samples dealt so far.
    private(set) var count = 0
    /// Samples of each class.
    private(set) var classCounts: [Int]
    private var lanes: [[Sample]]
    private var laneBytes: [Int]
    private var parts: [Int]
    private var hash = SHA256()
    private var unhashed: [UInt8] = []

    init(
        task: Int, split: DataSplit, laneCount: Int, classCount: Int, samplesPerShard: Int, bytesPerShard: Int
    ) {
        self.task = task
        self.split = split
        self.samplesPerShard = samplesPerShard
        self.bytesPerShard = bytesPerShard
        lanes = [[Sample]](repeating: [], count: laneCount)
        laneBytes = [Int](repeating: 0, count: laneCount)
        parts = [Int](repeating: 0, count: laneCount)
        classCounts = [Int](repeating: 0, count: classCount)
    }

    mutating func add(payload: SamplePayload, label: Int, emit: (PlannedShard) throws -> Void) throws {
        let lane = count % lanes.count
        lanes[lane].append(Sample(index: count, payload: payload, label: label))
        laneBytes[lane] += payload.byteCount
        count += 1
        classCounts[label] += 1
        absorb(payload, label: label)
        if lanes[lane].count == samplesPerShard || laneBytes[lane] >= bytesPerShard { try flush(lane, emit) }
    }

    /// Hands over what is left and returns the hash over all samples, whatever lanes they went to.
    mutating func finish(emit: (PlannedShard) throws -> Void) throws -> [UInt8] {
        for lane in lanes.indices where !lanes[lane].isEmpty { try flush(lane, emit) }
        hash.update(data: unhashed)
        unhashed.removeAll()
        return Array(hash.finalize())
    }

    private mutating func flush(_ lane: Int, _ emit: (PlannedShard) throws -> Void) throws {
        let bytes = ShardCodec.encode(lanes[lane])
        try emit(
            PlannedShard(
                task: task, split: split, lane: lane, part: parts[lane], samples: lanes[lane].count,
                bytes: bytes,
                sha256: ContentHash.hexadecimal(SHA256.hash(data: bytes))))
        parts[lane] += 1
        laneBytes[lane] = 0
        lanes[lane].removeAll(keepingCapacity: true)
    }

    private mutating func absorb(_ payload: SamplePayload, label: Int) {
        ContentHash.append(UInt64(label), to: &unhashed)
        ContentHash.append(UInt64(payload.byteCount), to: &unhashed)
        unhashed.append(contentsOf: payload.bytes)
        if unhashed.count > 64 << 10 {
            hash.update(data: unhashed)
            unhashed.removeAll(keepingCapacity: true)
        }
    }
}
