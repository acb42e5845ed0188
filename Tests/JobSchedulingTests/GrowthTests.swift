import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct GrowthTests {
    private var members: [String: SimulatedMember] = [:]

    /// Runs a job that begins with `count` members, with the same workers idle at every segment's end.
    private mutating func run(
        _ driver: inout JobDriver, beginning count: Int, idle: [WorkerCandidate]
    ) -> [Int] {
        var sizes: [Int] = []
        var pending = driver.handle(.assign(JobFixture.members(count))).commands
        while driver.outcome == nil, !pending.isEmpty {
            let (workerID, generation, command) = pending.removeFirst()
            if case .run = command { sizes.append(driver.members.count) }
            var member = members[workerID] ?? SimulatedMember(plan: driver.plan)
            _ = driver.handle(
                .idleWorkers(
                    idle.filter { worker in !driver.members.contains { $0.workerID == worker.workerID } }))
            if let answer = member.answer(command) {
                pending += driver.handle(.report(workerID: workerID, generation: generation, answer)).commands
            }
            members[workerID] = member
        }
        return sizes
    }

    private func driver(maximum: Int = 8) -> JobDriver {
        JobDriver(
            specification: JobFixture.specification(
                epochs: 10, workers: WorkerRange(minimum: 1, maximum: maximum)), plan: JobFixture.plan())
    }

    @Test mutating func `idle workers join once a generation has run for a while`() {
        var driver = driver()
        let sizes = run(&driver, beginning: 1, idle: JobFixture.candidates(3))
        #expect(driver.outcome == .done)
        #expect(driver.progress.generation == 2)
        #expect(sizes.prefix(4).allSatisfy { $0 == 1 })
        #expect(sizes.last == 3)
        #expect(driver.progress.segments.map(\.endStep) == Array(stride(from: 5, through: 50, by: 5)))
    }

    @Test(arguments: [(2, 2), (9, 4)])
    mutating func `neither the maximum nor the lanes are exceeded`(maximum: Int, expected: Int) {
        var driver = driver(maximum: maximum)
        _ = run(&driver, beginning: 1, idle: JobFixture.candidates(9))
        #expect(driver.progress.workerCount == expected)
        #expect(driver.progress.generation == 2)
    }

    @Test mutating func `another kernel family cannot join`() {
        var driver = driver()
        let others = JobFixture.candidates(3, family: "openblas/Zen").map {
            WorkerCandidate(
                workerID: "x" + $0.workerID, name: $0.name, endpoint: $0.endpoint,
                kernelFamily: $0.kernelFamily)
        }
        _ = run(&driver, beginning: 2, idle: others)
        #expect(driver.outcome == .done)
        #expect(driver.progress.generation == 1)
    }

    @Test mutating func `a job that is about to end does not grow`() {
        var driver = JobDriver(specification: JobFixture.specification(epochs: 4), plan: JobFixture.plan())
        _ = run(&driver, beginning: 1, idle: JobFixture.candidates(3))
        #expect(driver.progress.generation == 1)
    }
}
