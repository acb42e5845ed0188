import Testing

@testable import TrainingJobs

@Suite struct TaskScheduleTests {
    private static func schedule(
        _ counts: [Int], lanes: Int = 8, batch: Int = 4,
        _ specification: MultiTaskSpecification = MultiTaskSpecification(), seed: UInt64 = 3
    ) -> TaskSchedule {
        TaskSchedule(
            sampleCounts: counts, laneCount: lanes, microBatchSize: batch, specification: specification,
            seed: seed)
    }

    /// From 100 to 10,000 samples.
    private static let fifty = (0..<50).map { 100 + $0 * $0 * 4 }

    @Test(arguments: [
        (MultiTaskSpecification(), 1.0), (MultiTaskSpecification(temperature: 2), 0.5),
        (MultiTaskSpecification(temperature: 5), 0.2), (MultiTaskSpecification(sampling: .roundRobin), 0.0),
    ])
    func tasksHaveTheirSharesAtAnyTime(specification: MultiTaskSpecification, exponent: Double) {
        var schedule = Self.schedule(Self.fifty, specification)
        let weights = Self.fifty.map { power(Double($0), exponent) }
        let sum = weights.reduce(0, +)
        var served = Self.fifty.map { _ in 0.0 }
        for step in 0..<1_000 {
            let slots = schedule.slots(step: step)
            #expect(slots.allSatisfy { $0 != nil }, "every lane has work in step \(step)")
            for slot in slots { served[slot?.task ?? 0] += 1 }
            let farthest = served.indices.map { abs(served[$0] - 8 * Double(step + 1) * weights[$0] / sum) }
            // As many as a step deals, at the worst.
            #expect((farthest.max() ?? 0) < 2.01, "step \(step)")
        }
    }

    /// Squares roots with what needs no library: x^(1/2) by Newton, x^(1/5) likewise.
    private func power(_ x: Double, _ exponent: Double) -> Double {
        guard exponent != 0 else { return 1 }
        guard exponent != 1 else { return x }
        let n = 1 / exponent
        var root = x
        for _ in 0..<200 {
            let lower = (0..<Int(n) - 1).reduce(1.0) { product, _ in product * root }
            root -= (root * lower - x) / (n * lower)
        }
        return root
    }

    @Test func itIsAFunctionOfTheStep() {
        var forward = Self.schedule(Self.fifty)
        let slots = (0..<60).map { forward.slots(step: $0) }
        for step in [59, 7, 7, 30, 0] {
            var fresh = Self.schedule(Self.fifty)
            #expect(fresh.slots(step: step) == slots[step])
            #expect(forward.slots(step: step) == slots[step])
        }
        var other = Self.schedule(Self.fifty, seed: 4)
        #expect((0..<60).map { other.slots(step: $0) } != slots)
    }

    @Test func lanesGoOnWhereTheyWere() {
        var schedule = Self.schedule([40, 80], lanes: 4, batch: 3)
        var taken: [[Int]] = [[0, 0, 0, 0], [0, 0, 0, 0]]
        for step in 0..<50 {
            for (lane, slot) in schedule.slots(step: step).enumerated() {
                guard let slot else { continue }
                #expect(slot.first == taken[slot.task][lane] && slot.count == 3)
                taken[slot.task][lane] += slot.count
            }
        }
        // No lane is one task's own.
        #expect(taken.allSatisfy { $0.allSatisfy { $0 > 0 } })
    }

    @Test(arguments: [[3, 1_000], [1, 2, 5_000], [2, 3], [1, 1, 1]])
    func smallTasksAreServedWhereTheirSamplesAre(counts: [Int]) {
        var schedule = Self.schedule(
            counts, lanes: 8, batch: 4, MultiTaskSpecification(sampling: .roundRobin))
        var served = counts.map { _ in 0 }
        for step in 0..<40 {
            let slots = schedule.slots(step: step)
            for (lane, slot) in slots.enumerated() {
                guard let slot else {
                    #expect(counts.allSatisfy { lane >= $0 }, "a lane without samples alone is idle")
                    continue
                }
                #expect(lane < counts[slot.task])
                let length = counts[slot.task] / 8 + (lane < counts[slot.task] % 8 ? 1 : 0)
                #expect(slot.count == min(4, length) && slot.count > 0)
                served[slot.task] += 1
            }
            #expect(schedule.globalBatchCount(step: step) == slots.reduce(0) { $0 + ($1?.count ?? 0) })
        }
        #expect(served.allSatisfy { $0 > 0 })
    }

    @Test func aTaskWithoutSamplesIsLeftOut() {
        var schedule = Self.schedule([0, 50])
        for step in 0..<20 { #expect(schedule.slots(step: step).allSatisfy { $0?.task == 1 }) }
    }
}
