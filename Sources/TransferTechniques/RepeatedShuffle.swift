import TrainingJobs

/// Which samples of a lane come next where they come as they are asked for, and not epoch by epoch: from a shuffled
/// order that begins anew, in another order, when it is through. A pure function of the job, as `StepSchedule` is.
struct RepeatedShuffle {
    /// What the samples are, which keeps orders of one lane apart.
    enum Purpose {
        /// The target domain's.
        case target
        /// A task's training samples.
        case task(Int)

        fileprivate var salt: UInt64 {
            switch self {
            case .target: 0x7461_7267_6574_0001
            case .task(let index): 0x7365_7665_7261_0000 ^ UInt64(index) << 16
            }
        }
    }

    private let seed: UInt64
    private let lane: Int
    private let count: Int
    private var order: (epoch: Int, positions: [Int])?

    /// - Parameter count: samples of the lane.
    init(seed: UInt64, purpose: Purpose, lane: Int, count: Int) {
        self.seed = seed ^ purpose.salt
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
