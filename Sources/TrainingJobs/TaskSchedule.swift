import Foundation

/// Which task each lane serves in a step, and with which of its samples: a pure function of the job.
///
/// In every step a lane serves one task, with a micro-batch of its own samples of it. Tasks are owed lanes by their
/// shares; each step deals its lanes to those that are owed most. So over any number of steps a task has its share to
/// within a lane or so, which random draws would not give to small tasks. Which lanes a step's tasks get is shuffled
/// by seed and step. A task with fewer samples than there are lanes is served by those lanes that have some.
///
/// The owed amounts follow from all steps before: going back means to begin anew, which costs lanes × tasks a step.
public struct TaskSchedule: Sendable {
    /// What a lane does in a step.
    public struct Slot: Sendable, Equatable {
        /// Index in the job file.
        public var task: Int
        /// Samples of this task that the lane took in earlier steps.
        public var first: Int
        /// Samples that it takes now.
        public var count: Int

        public init(task: Int, first: Int, count: Int) {
            self.task = task
            self.first = first
            self.count = count
        }
    }

    /// Keeps the order of lanes apart from that of samples.
    private static let seedSalt: UInt64 = 0x7461_736b_0000_0001
    /// Shares are whole numbers, so that no host's rounding of a root changes which task comes next.
    private static let unit = Double(1 << 30)

    public let sampleCounts: [Int]
    public let laneCount: Int
    public let microBatchSize: Int
    private let seed: UInt64
    private let shares: [Int]
    private let sumOfShares: Int
    private var owed: [Int]
    private var taken: [[Int]]
    /// The step whose slots `current` are; -1 before the first.
    private var step = -1
    private var current: [Slot?] = []

    /// - Parameters:
    ///   - sampleCounts: of each task's training split, over all lanes.
    ///   - microBatchSize: samples that a lane takes in a step; fewer where it has not so many of the task.
    public init(
        sampleCounts: [Int], laneCount: Int, microBatchSize: Int, specification: MultiTaskSpecification,
        seed: UInt64
    ) {
        self.sampleCounts = sampleCounts
        self.laneCount = laneCount
        self.microBatchSize = microBatchSize
        self.seed = seed ^ Self.seedSalt
        shares = Self.shares(sampleCounts, specification)
        sumOfShares = shares.reduce(0, +)
        owed = sampleCounts.map { _ in 0 }
        taken = sampleCounts.map { _ in Array(repeating: 0, count: laneCount) }
    }

    private static func shares(_ counts: [Int], _ specification: MultiTaskSpecification) -> [Int] {
        let largest = Double(counts.max() ?? 1)
        return counts.map { count in
            guard count > 0 else { return 0 }
            switch specification.sampling {
            case .roundRobin: return 1
            case .proportional where specification.temperature == 1: return count
            case .proportional:
                let root = pow(Double(count) / largest, 1 / specification.temperature)
                return max(1, Int((root * unit).rounded()))
            }
        }
    }

    /// What each lane does in `step`, counted from the job's start; `nil` for a lane without samples of any task.
    public mutating func slots(step wanted: Int) -> [Slot?] {
        if wanted < step { begin() }
        while step < wanted { advance() }
        return current
    }

    /// Samples of a step over all lanes.
    public mutating func globalBatchCount(step: Int) -> Int {
        slots(step: step).reduce(0) { $0 + ($1?.count ?? 0) }
    }

    private mutating func begin() {
        step = -1
        owed = sampleCounts.map { _ in 0 }
        taken = sampleCounts.map { _ in Array(repeating: 0, count: laneCount) }
    }

    private mutating func advance() {
        step += 1
        for task in owed.indices { owed[task] += shares[task] * laneCount }
        var free = EpochShuffle.order(count: laneCount, seed: seed, epoch: step, lane: 0)
        var slots = [Slot?](repeating: nil, count: laneCount)
        // Lanes that only some tasks have samples for go first to the smallest of those that are owed.
        for task in dealt().sorted(by: { (sampleCounts[$0], $0) < (sampleCounts[$1], $1) }) {
            guard let place = free.firstIndex(where: { hasSamples($0, of: task) }) else { continue }
            serve(task, by: free.remove(at: place), &slots)
        }
        for lane in free {
            if let task = mostOwed(among: { hasSamples(lane, of: $0) }) { serve(task, by: lane, &slots) }
        }
        current = slots
    }

    /// The tasks that are owed most, one for each lane.
    private func dealt() -> [Int] {
        var rest = owed
        return (0..<laneCount).compactMap { _ in
            guard let task = rest.indices.max(by: { (rest[$0], -$0) < (rest[$1], -$1) }) else { return nil }
            rest[task] -= sumOfShares
            return task
        }
    }

    private func mostOwed(among isCandidate: (Int) -> Bool) -> Int? {
        owed.indices.filter(isCandidate).max { (owed[$0], -$0) < (owed[$1], -$1) }
    }

    private mutating func serve(_ task: Int, by lane: Int, _ slots: inout [Slot?]) {
        owed[task] -= sumOfShares
        let count = min(microBatchSize, laneLength(lane, of: task))
        slots[lane] = Slot(task: task, first: taken[task][lane], count: count)
        taken[task][lane] += count
    }

    private func hasSamples(_ lane: Int, of task: Int) -> Bool { lane < sampleCounts[task] }

    private func laneLength(_ lane: Int, of task: Int) -> Int {
        sampleCounts[task] / laneCount + (lane < sampleCounts[task] % laneCount ? 1 : 0)
    }
}
