/// How many micro-batches a second each member of a job runs, measured while it trains.
///
/// A member's speed is the median of its last three segments, so that one in which its host was held up by
/// something else does not count; of two segments the faster one counts. A single segment says nothing yet: the
/// first is slowed by what is touched for the first time.
public struct MemberSpeeds: Codable, Sendable, Equatable {
    static let window = 3
    static let leastMeasurements = 2

    /// The latest measurements by worker, oldest first; empty for a member that has none yet.
    private var measured: [String: [Double]] = [:]
    /// How often lanes have been moved among the present members.
    var moves = 0

    /// Takes in a segment; one without a micro-batch says nothing.
    mutating func note(_ workerID: String, microBatches: Int, seconds: Double) {
        guard microBatches > 0, seconds > 0, seconds.isFinite else { return }
        let speeds = measured[workerID, default: []] + [Double(microBatches) / seconds]
        measured[workerID] = speeds.suffix(Self.window)
    }

    /// Micro-batches a second; `nil` where too little is known.
    func speed(of workerID: String) -> Double? {
        guard let speeds = measured[workerID], speeds.count >= Self.leastMeasurements else { return nil }
        return speeds.sorted()[speeds.count / 2]
    }

    /// A worker that is gone may come back as another one.
    mutating func forget(_ workerID: String) { measured[workerID] = nil }

    /// Keeps what is known of these, the next generation's members. With a new one among them, it is another
    /// cluster, whose moves begin to count anew.
    mutating func follow(_ workerIDs: [String]) {
        if workerIDs.contains(where: { measured[$0] == nil }) { moves = 0 }
        let kept = workerIDs.map { ($0, measured[$0] ?? []) }
        measured = Dictionary(kept) { first, _ in first }
    }
}
