import Testing
import TrainingJobs

@testable import JobScheduling

/// Whatever the network and the cluster do, a job decides the same.
@Suite struct RandomScheduleTests {
    /// Rises to step 30 and falls after it, so that early stopping and the best checkpoint have work to do.
    static let rising: @Sendable (Int) -> Double = {
        $0 <= 30 ? 0.3 + 0.02 * Double($0) : 0.9 - 0.01 * Double($0 - 30)
    }

    static let specification = JobFixture.specification(
        epochs: 20, earlyStopping: EarlyStoppingSpecification(patience: 3), evaluateEvery: 5)

    /// One worker, nothing lost, nothing repeated out of turn.
    static func reference() -> JobDriver {
        var cluster = SimulatedCluster(
            seed: 1, workers: 1, specification: specification, plan: JobFixture.plan(), skill: rising)
        _ = cluster.run(losses: 0, restarts: 0)
        return cluster.driver
    }

    @Test func `the quiet run stops early with the best checkpoint`() throws {
        let driver = Self.reference()
        #expect(driver.outcome == .done)
        #expect(driver.progress.best?.step == 30)
        #expect(driver.progress.step == 45)
        #expect(driver.progress.exportedFiles?.first?.sha256 == "model-of-step30")
    }

    @Test(arguments: 1...60)
    func `any order of events leads to the same decisions`(seed: Int) throws {
        let reference = Self.reference().progress
        var cluster = SimulatedCluster(
            seed: UInt64(seed), workers: 1 + seed % 4, specification: Self.specification,
            plan: JobFixture.plan(),
            skill: Self.rising)
        let outcome = cluster.run(losses: 3 * (seed % 3), restarts: 4 * (seed % 2))
        #expect(outcome == .done)
        let progress = cluster.driver.progress
        #expect(progress.best == reference.best)
        #expect(progress.step == reference.step)
        #expect(progress.test == reference.test)
        #expect(progress.exportedFiles == reference.exportedFiles)
        #expect(progress.segments.map(\.endStep) == reference.segments.map(\.endStep))
        #expect(progress.segments.map(\.validation) == reference.segments.map(\.validation))
        #expect(progress.segments.map(\.trainLoss) == reference.segments.map(\.trainLoss))
    }

    @Test(arguments: 1...60)
    func `workers that join change nothing but their number`(seed: Int) throws {
        let reference = Self.reference().progress
        var cluster = SimulatedCluster(
            seed: UInt64(seed), workers: 4, specification: Self.specification, plan: JobFixture.plan(),
            skill: Self.rising)
        #expect(cluster.run(losses: 2 * (seed % 2), restarts: 2 * (seed % 3), joins: 30) == .done)
        let progress = cluster.driver.progress
        #expect(progress.best == reference.best)
        #expect(progress.test == reference.test)
        #expect(progress.exportedFiles == reference.exportedFiles)
        #expect(progress.segments.map(\.endStep) == reference.segments.map(\.endStep))
        #expect(progress.segments.map(\.validation) == reference.segments.map(\.validation))
        #expect(progress.segments.map(\.trainLoss) == reference.segments.map(\.trainLoss))
    }

    @Test func `pauses change nothing but the time that a job takes`() {
        let reference = Self.reference().progress
        var pauses = 0
        for seed in 1...30 {
            var cluster = SimulatedCluster(
                seed: UInt64(seed), workers: 1 + seed % 4, specification: Self.specification,
                plan: JobFixture.plan(), skill: Self.rising)
            #expect(cluster.run(losses: 2 * (seed % 2), restarts: 2 * (seed % 3), pauses: 5) == .done)
            let progress = cluster.driver.progress
            #expect(progress.exportedFiles == reference.exportedFiles)
            #expect(progress.test == reference.test)
            #expect(progress.segments.map(\.validation) == reference.segments.map(\.validation))
            pauses += cluster.pauseCount
        }
        #expect(pauses > 30)
    }

    @Test func `lanes that move change nothing but the time that a job takes`() {
        let reference = Self.reference().progress
        var moves = 0
        for seed in 1...40 {
            var cluster = SimulatedCluster(
                seed: UInt64(seed), workers: 2 + seed % 3, specification: Self.specification,
                plan: JobFixture.plan(), skill: Self.rising, fickleHosts: true)
            #expect(
                cluster.run(losses: 2 * (seed % 2), restarts: 2 * (seed % 3), joins: 10 * (seed % 2)) == .done
            )
            let progress = cluster.driver.progress
            #expect(progress.exportedFiles == reference.exportedFiles)
            #expect(progress.test == reference.test)
            #expect(progress.segments.map(\.validation) == reference.segments.map(\.validation))
            moves += cluster.moveCount
        }
        #expect(moves > 20)
    }

    @Test func `workers do join in these schedules`() {
        let growths = (1...60).map { seed in
            var cluster = SimulatedCluster(
                seed: UInt64(seed), workers: 4, specification: Self.specification, plan: JobFixture.plan(),
                skill: Self.rising)
            _ = cluster.run(losses: 2 * (seed % 2), restarts: 2 * (seed % 3), joins: 30)
            return cluster.growthCount
        }
        #expect(growths.reduce(0, +) > 20)
    }

    @Test func `the schedules do lose workers and restart`() {
        var losses = 0
        var restarts = 0
        var heldStarts = 0
        var handIns = 0
        var ahead = 0
        var givenUp = 0
        for seed in 1...60 {
            var cluster = SimulatedCluster(
                seed: UInt64(seed), workers: 1 + seed % 4, specification: Self.specification,
                plan: JobFixture.plan(), skill: Self.rising)
            _ = cluster.run(losses: 3 * (seed % 3), restarts: 4 * (seed % 2))
            losses += cluster.lossCount
            restarts += cluster.restartCount
            heldStarts += cluster.heldStartCount
            handIns += cluster.handInCount
            ahead += cluster.aheadCount
            givenUp += cluster.givenUpCount
        }
        #expect(losses > 30)
        #expect(restarts > 30)
        #expect(heldStarts > 30)
        #expect(handIns > 20)
        #expect(ahead > 30)
        #expect(givenUp > 5)
    }
}
