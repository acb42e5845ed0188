import Testing
import TrainingJobs

@testable import JobScheduling

/// Checkpoints that are lost: the job goes back, and decides the same again.
@Suite struct DamageTests {
    private static let specification = RandomScheduleTests.specification

    /// A driver and its only member, driven until `isReached`.
    private struct Course {
        var driver: JobDriver
        var member: SimulatedMember
        var pending: [(workerID: String, generation: Int, command: MemberCommand)] = []

        init(_ specification: JobSpecification = DamageTests.specification) {
            driver = JobDriver(specification: specification, plan: JobFixture.plan())
            member = SimulatedMember(plan: driver.plan, skill: RandomScheduleTests.rising)
            start()
        }

        mutating func start() { pending = driver.handle(.assign(JobFixture.members(1))).commands }

        mutating func run(until isReached: (JobDriver) -> Bool) {
            while !isReached(driver), !pending.isEmpty {
                let (workerID, generation, command) = pending.removeFirst()
                guard let answer = member.answer(command) else { continue }
                pending +=
                    driver.handle(.report(workerID: workerID, generation: generation, answer)).commands
            }
        }
    }

    private func hash(_ step: Int) -> String { SimulatedMember.checkpoint(at: step).sha256 }

    @Test func `the latest checkpoint and the one before are kept, and the best`() {
        var course = Course()
        course.run { $0.progress.step == 40 }
        #expect(course.driver.progress.neededCheckpoints.map(\.sha256) == [hash(40), hash(30), hash(35)])
    }

    @Test(arguments: [
        (1, [40, 30]), (2, [40, 30, 35]), (4, [40, 30, 25, 35]), (100, [40, 30, 5, 10, 15, 20, 25, 35]),
    ])
    func `so many are kept as the job says, and the best`(keep: Int, steps: [Int]) {
        var specification = Self.specification
        specification.checkpoints = CheckpointRetention(keep: keep)
        var course = Course(specification)
        course.run { $0.progress.step == 40 }
        #expect(course.driver.progress.neededCheckpoints.map(\.sha256) == steps.map(hash))
    }

    @Test func `with more of them a lost best one costs less`() {
        var specification = Self.specification
        specification.checkpoints = CheckpointRetention(keep: 5)
        var course = Course(specification)
        course.run { $0.state == .evaluating }
        _ = course.driver.handle(.checkpointLost(sha256: hash(30)))
        #expect(course.driver.progress.step == 25 && course.driver.progress.best?.step == 25)
    }

    @Test func `a lost checkpoint sends the job to the one before, and nothing counts twice`() throws {
        var course = Course()
        course.run { $0.progress.step == 40 }
        let directives = course.driver.handle(.checkpointLost(sha256: hash(40)))
        #expect(directives.commands.map(\.command) == [.standBy])
        #expect(directives.logText.contains("going back from step 40 to step 35"))
        let progress = course.driver.progress
        #expect(course.driver.state == .queued)
        #expect(progress.step == 35 && progress.checkpoint?.sha256 == hash(35))
        #expect(progress.segments.last?.endStep == 35)
        #expect(progress.best?.step == 30 && progress.stopping.evaluationsWithoutImprovement == 1)
        // Another member, which holds nothing.
        course.member = SimulatedMember(plan: course.driver.plan, skill: RandomScheduleTests.rising)
        course.start()
        course.run { $0.outcome != nil }
        let reference = RandomScheduleTests.reference().progress
        #expect(course.driver.progress.segments.map(\.validation) == reference.segments.map(\.validation))
        #expect(course.driver.progress.best == reference.best)
        #expect(course.driver.progress.exportedFiles == reference.exportedFiles)
        #expect(course.driver.progress.trainingEnd == reference.trainingEnd)
    }

    @Test(arguments: [JobState.evaluating, .exporting])
    func `a lost best checkpoint is trained again`(state: JobState) {
        var course = Course()
        course.run { $0.state == state }
        #expect(course.driver.progress.trainingEnd != nil)
        _ = course.driver.handle(.checkpointLost(sha256: hash(30)))
        // Those of steps 40 and 45 are there, but not that of their best.
        #expect(course.driver.progress.step == 0 && course.driver.progress.segments.isEmpty)
        #expect(course.driver.progress.trainingEnd == nil && course.driver.progress.test == nil)
        #expect(course.driver.requiredFamily == "openblas/Haswell", "the bits are to be the same")
        course.start()
        course.run { $0.outcome != nil }
        let reference = RandomScheduleTests.reference().progress
        #expect(course.driver.progress.exportedFiles == reference.exportedFiles)
        #expect(course.driver.progress.test == reference.test)
    }

    @Test func `one that only was kept in case is not missed`() {
        var course = Course()
        course.run { $0.progress.step == 40 }
        let step = course.driver.progress.step
        #expect(course.driver.handle(.checkpointLost(sha256: hash(35))).isEmpty)
        #expect(course.driver.progress.step == step && course.driver.progress.older == [])
        #expect(course.driver.handle(.checkpointLost(sha256: "another job's")).isEmpty)
        course.run { $0.outcome != nil }
        #expect(course.driver.outcome == .done)
    }

    @Test func `a paused job stays paused`() {
        var course = Course()
        course.run { $0.progress.step == 20 }
        _ = course.driver.handle(.pause)
        _ = course.driver.handle(.checkpointLost(sha256: hash(20)))
        #expect(course.driver.state == .paused && course.driver.message.contains("paused at step 15"))
    }

    @Test(arguments: 1...60)
    func `whatever is lost and when, a job decides the same`(seed: Int) {
        let reference = RandomScheduleTests.reference().progress
        var cluster = SimulatedCluster(
            seed: UInt64(seed), workers: 1 + seed % 4, specification: Self.specification,
            plan: JobFixture.plan(), skill: RandomScheduleTests.rising)
        #expect(cluster.run(losses: 2 * (seed % 2), restarts: 2 * (seed % 3), damages: 10) == .done)
        let progress = cluster.driver.progress
        #expect(progress.best == reference.best)
        #expect(progress.test == reference.test)
        #expect(progress.exportedFiles == reference.exportedFiles)
        #expect(progress.segments.map(\.validation) == reference.segments.map(\.validation))
        #expect(progress.segments.map(\.trainLoss) == reference.segments.map(\.trainLoss))
    }

    @Test func `the schedules do lose checkpoints`() {
        let damages = (1...60).map { seed in
            var cluster = SimulatedCluster(
                seed: UInt64(seed), workers: 1 + seed % 4, specification: Self.specification,
                plan: JobFixture.plan(), skill: RandomScheduleTests.rising)
            _ = cluster.run(losses: 2 * (seed % 2), restarts: 2 * (seed % 3), damages: 10)
            return cluster.damageCount
        }
        #expect(damages.reduce(0, +) > 200)
    }
}
