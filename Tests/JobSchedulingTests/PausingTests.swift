import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct PausingTests {
    /// A driver whose first segment of five steps is done, and whose second runs.
    private func inTraining() throws -> JobDriver {
        var driver = JobDriver(specification: JobFixture.specification(), plan: JobFixture.plan())
        var member = SimulatedMember(plan: driver.plan)
        var pending = driver.handle(.assign(JobFixture.members(1))).commands
        while driver.progress.step < 5 {
            let (workerID, generation, command) = pending.removeFirst()
            let answer = member.answer(command)
            let report = try #require(answer)
            pending += driver.handle(.report(workerID: workerID, generation: generation, report)).commands
        }
        return driver
    }

    @Test func `a paused job lets its workers go and keeps its progress`() throws {
        var driver = try inTraining()
        let progress = driver.progress
        let directives = driver.handle(.pause)
        #expect(directives.commands.map(\.command) == [.standBy])
        #expect(driver.state == .paused && driver.members.isEmpty && driver.progress == progress)
        #expect(driver.message.contains("step 5 of 20"))
        #expect(driver.handle(.pause).isEmpty, "once is enough")
        // Nothing starts it but its resumption.
        #expect(driver.handle(.assign(JobFixture.members(1))).isEmpty && driver.state == .paused)
        #expect(driver.handle(.assignmentImpossible("none")).isEmpty && driver.state == .paused)

        _ = driver.handle(.resume)
        #expect(driver.state == .queued && driver.message.isEmpty)
        let commands = driver.handle(.assign(JobFixture.members(2))).commands
        guard case .prepare(_, _, let startStep, let checkpoint, _)? = commands.first?.command else {
            Issue.record("no preparation")
            return
        }
        #expect(startStep == 5 && checkpoint == progress.checkpoint)
    }

    @Test func `a report that comes after the pause changes nothing`() throws {
        var driver = try inTraining()
        let generation = driver.progress.generation
        _ = driver.handle(.pause)
        let before = driver
        let late = SegmentResult(segment: 1, endStep: 10, checkpoint: SimulatedMember.checkpoint(at: 10))
        #expect(
            driver.handle(.report(workerID: "w0", generation: generation, .segmentDone(late))).isEmpty)
        #expect(driver == before)
    }

    @Test func `only a paused job is resumed`() throws {
        var driver = try inTraining()
        let before = driver
        #expect(driver.handle(.resume).isEmpty && driver == before)
    }

    @Test func `a paused job can be cancelled`() throws {
        var driver = try inTraining()
        _ = driver.handle(.pause)
        _ = driver.handle(.cancel)
        #expect(driver.outcome == .cancelled)
    }
}
