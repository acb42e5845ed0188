import Foundation
import Testing
import TrainingJobs

@testable import JobScheduling

/// Lanes that go by measured speed, with simulated members: 4 lanes, 5 steps a segment.
@Suite struct BalanceTests {
    /// Each segment's end and lanes by rank, of a job whose members take so long for a micro-batch in the segment
    /// that begins at a step.
    private func run(
        _ driver: inout JobDriver, workers: Int = 2, idle: [WorkerCandidate] = [],
        seconds: (_ workerID: String, _ step: Int) -> Double
    ) -> [[Int]] {
        var shares: [[Int]] = []
        var members: [String: SimulatedMember] = [:]
        var pending = driver.handle(.assign(JobFixture.members(workers))).commands
        while driver.outcome == nil, !pending.isEmpty {
            let (workerID, generation, command) = pending.removeFirst()
            var member = members[workerID] ?? SimulatedMember(plan: driver.plan)
            if case .run(let segment) = command {
                member.secondsPerMicroBatch = seconds(workerID, segment.firstStep)
                if driver.rank(of: workerID) == 0 { shares.append(driver.members.map(\.lanes.count)) }
            }
            let unused = idle.filter { driver.rank(of: $0.workerID) == nil }
            if !unused.isEmpty { _ = driver.handle(.idleWorkers(unused)) }
            if let answer = member.answer(command) {
                pending += driver.handle(.report(workerID: workerID, generation: generation, answer)).commands
            }
            members[workerID] = member
        }
        return shares
    }

    private func driver(epochs: Int = 20) -> JobDriver {
        JobDriver(specification: JobFixture.specification(epochs: epochs), plan: JobFixture.plan())
    }

    @Test(
        arguments: [
            ((1, 1), [2, 2]), ((2, 1), [1, 3]), ((1, 2), [3, 1]), ((10, 1), [0, 4]), ((1, 1.1), [2, 2]),
            // Members that tell nothing.
            ((0, 0), [2, 2]),
        ] as [((Double, Double), [Int])])
    func `lanes move to the faster worker`(seconds: (Double, Double), expected: [Int]) {
        var driver = driver()
        let shares = run(&driver) { worker, _ in worker == "w0" ? seconds.0 : seconds.1 }
        #expect(driver.outcome == .done)
        #expect(shares.prefix(4).allSatisfy { $0 == [2, 2] })
        #expect(shares.dropFirst(4).allSatisfy { $0 == expected }, "\(shares)")
        #expect(driver.progress.generation == (expected == [2, 2] ? 1 : 2))
        #expect(shares.count == 20, "a segment was run twice")

        var even = self.driver()
        _ = run(&even) { _, _ in 0 }
        #expect(driver.progress.exportedFiles == even.progress.exportedFiles)
        #expect(driver.progress.test == even.progress.test)
        #expect(driver.progress.segments.map(\.validation) == even.progress.segments.map(\.validation))
    }

    @Test func `lanes come back when a worker is as fast as before`() {
        var driver = driver(epochs: 40)
        let shares = run(&driver) { worker, step in worker == "w0" && step < 50 ? 2 : 1 }
        #expect(shares[4] == [1, 3] && shares.last == [2, 2])
        #expect(driver.progress.generation == 3)
    }

    @Test func `speeds that go up and down cost a few generations only`() {
        var driver = driver(epochs: 200)
        _ = run(&driver) { worker, step in (worker == "w0") == (step / 25 % 2 == 0) ? 3 : 1 }
        #expect(driver.outcome == .done)
        #expect((3...7).contains(driver.progress.generation))
    }

    @Test func `a segment in which a host was held up does not count`() {
        var driver = driver()
        let shares = run(&driver) { worker, step in worker == "w0" && step % 20 == 10 ? 30 : 1 }
        #expect(shares.allSatisfy { $0 == [2, 2] })
        #expect(driver.progress.generation == 1)
    }

    @Test(arguments: [(2.0, 1), (0.02, 1), (0.2, 2)])
    func `lanes stay where the rest of the job would not gain by it`(slow: Double, generations: Int) {
        // The first has no step left, the second too few seconds.
        var driver = driver(epochs: slow == 2 ? 4 : 40)
        _ = run(&driver) { worker, _ in worker == "w0" ? slow : slow / 2 }
        #expect(driver.progress.generation == generations)
    }

    @Test func `a member that joins has lanes beside what is known of the others`() {
        var driver = driver()
        let shares = run(&driver, idle: JobFixture.candidates(3)) { worker, _ in worker == "w0" ? 5 : 1 }
        // w2 joins at the first opportunity, by when w0 is known to be slow.
        #expect(shares[4] == [0, 2, 2])
        #expect(driver.progress.generation == 2)
    }

    @Test func `speeds outlive the coordinator, and a record without them is read`() throws {
        var first = driver(epochs: 5)
        _ = run(&first) { worker, _ in worker == "w0" ? 4 : 1 }
        let stored = try JSONEncoder().encode(first.progress)
        let progress = try JSONDecoder().decode(TrainingProgress.self, from: stored)
        #expect(progress == first.progress)
        var next = JobDriver(
            specification: JobFixture.specification(epochs: 10), plan: JobFixture.plan(), progress: progress)
        _ = next.handle(.assign(JobFixture.members(2)))
        #expect(next.members.map(\.lanes.count) == [1, 3])

        var object = try #require(JSONSerialization.jsonObject(with: stored) as? [String: Any])
        #expect(object.removeValue(forKey: "speeds") != nil)
        let older = try JSONDecoder().decode(
            TrainingProgress.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(older.speeds == nil && older.step == first.progress.step)
    }

    @Test(arguments: [false, true])
    func `what is known of a worker goes with it`(isLost: Bool) {
        var driver = driver(epochs: 5)
        _ = run(&driver) { worker, _ in worker == "w0" ? 4 : 1 }
        var next = JobDriver(
            specification: JobFixture.specification(epochs: 10), plan: JobFixture.plan(),
            progress: driver.progress)
        _ = next.handle(.assign(JobFixture.members(2)))
        if isLost {
            _ = next.handle(.workerLost(workerID: "w0", .crash("killed")))
        } else {
            _ = next.handle(.pause)
            _ = next.handle(.resume)
        }
        _ = next.handle(.assign(JobFixture.members(2)))
        #expect(next.members.map(\.lanes.count) == (isLost ? [2, 2] : [1, 3]))
    }
}
