import Testing
import TrainingJobs

@testable import JobScheduling

/// The target domain's test split is evaluated after the source's, with the same checkpoint.
@Suite struct TargetTestTests {
    /// Runs a job with honest members; `between` sees each directive's commands and may lose a worker.
    private func run(
        _ plan: DatasetPlan, losingAt lost: DataSplit? = nil
    ) -> (driver: JobDriver, evaluated: [DataSplit]) {
        var driver = JobDriver(specification: JobFixture.specification(), plan: plan)
        var members: [String: SimulatedMember] = [:]
        var evaluated: [DataSplit] = []
        var lost = lost
        var next = driver.handle(.assign(JobFixture.members(2)))
        while driver.outcome == nil, !next.commands.isEmpty {
            let commands = next.commands
            next = []
            for (workerID, generation, command) in commands {
                if case .evaluate(let split, _) = command {
                    if workerID == "w0" { evaluated.append(split) }
                    if workerID == "w1", split == lost {
                        lost = nil
                        _ = driver.handle(.workerLost(workerID: "w1", .crash("killed")))
                        next = driver.handle(.assign(JobFixture.members(1)))
                        break
                    }
                }
                var member = members[workerID] ?? SimulatedMember(plan: plan)
                if let answer = member.answer(command) {
                    next += driver.handle(.report(workerID: workerID, generation: generation, answer))
                }
                members[workerID] = member
            }
        }
        return (driver, evaluated)
    }

    @Test(arguments: [
        (24, 12, [DataSplit.test, .targetTest]), (24, nil, [.test]), (0, 12, [.targetTest]), (24, 0, [.test]),
        (0, 3, [.targetTest]),
    ]) func splitsFollowEachOther(test: Int, targetTest: Int?, splits: [DataSplit]) {
        let (driver, evaluated) = run(JobFixture.plan(test: test, targetTest: targetTest))
        #expect(driver.outcome == .done)
        #expect(evaluated == splits)
        let report = driver.report(jobID: "1", wallSeconds: 1)
        #expect(report.test.first?.samples == (test > 0 ? test : nil))
        let judged = targetTest.flatMap { $0 > 0 ? $0 : nil }
        #expect(report.targetTest?.first?.samples == judged)
        #expect((report.targetTest == nil) == (judged == nil))
    }

    @Test(arguments: [DataSplit.test, .targetTest]) func aLossCostsNoMeasure(lost: DataSplit) {
        let plan = JobFixture.plan(targetTest: 12)
        let (reference, _) = run(plan)
        let (driver, evaluated) = run(plan, losingAt: lost)
        #expect(driver.outcome == .done && driver.progress.generation == 2)
        #expect(driver.progress.test == reference.progress.test)
        #expect(driver.progress.targetTest == reference.progress.targetTest)
        // What was measured before is not measured again.
        #expect(
            evaluated
                == (lost == .test
                    ? [.test, .test, .targetTest] : [.test, .targetTest, .targetTest]))
    }

    @Test func anotherSplitsCountsAreNotTaken() {
        var driver = JobDriver(
            specification: JobFixture.specification(), plan: JobFixture.plan(test: 0, targetTest: 8))
        var members: [String: SimulatedMember] = [:]
        var next = driver.handle(.assign(JobFixture.members(1)))
        while driver.state != .evaluating, !next.commands.isEmpty {
            let commands = next.commands
            next = []
            for (workerID, generation, command) in commands {
                var member = members[workerID] ?? SimulatedMember(plan: driver.plan)
                if let answer = member.answer(command) {
                    next += driver.handle(.report(workerID: workerID, generation: generation, answer))
                }
                members[workerID] = member
            }
        }
        #expect(driver.state == .evaluating)
        for split in [DataSplit.test, .target, .train] {
            let counts = MemberReport.evaluated(split: split, counts: [], seconds: 1)
            #expect(driver.handle(.report(workerID: "w0", generation: 1, counts)).isEmpty)
        }
        #expect(driver.state == .evaluating && driver.progress.targetTest == nil)
    }
}
