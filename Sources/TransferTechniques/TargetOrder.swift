import TrainingJobs

/// Which samples of a lane's target domain go with a micro-batch of its source domain: as many, from a shuffled order
/// of their own that begins anew when it is through. A pure function of the job, as `StepSchedule` is.
struct TargetOrder {
    /// Keeps the target's order apart from the source's.
    private static let seedSalt: UInt64 = 0x7461_7267_6574_0001

    private let seed: UInt64
    private let lane: Int
    private let count: Int
    private var order: (epoch: Int, positions: [Int])?

    /// - Parameter count: target samples of the lane.
    init(seed: UInt64, lane: Int, count: Int) {
        self.seed = seed ^ Self.seedSalt
        self.lane = lane
        self.count = count
    }

    /// Places in the lane of the samples number `first` up to `first + length` since the job's start; none where the
    /// lane has none.
    mutating func positions(from first: Int, length: Int) -> [Int] {
        guard count > 0 else { return [] }
        return (first..<first + length).map { number in
            let epoch = number / count
            if order?.epoch != epoch {
                let shuffled = EpochShuffle.order(count: count, seed: seed, epoch: epoch, lane: lane)
                order = (epoch, shuffled)
            }
            return order?.positions[number % count] ?? 0
        }
    }
}
