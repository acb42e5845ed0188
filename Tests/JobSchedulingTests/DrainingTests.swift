import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct DrainingTests {
    /// Two members, up to the first command for which `isLast` holds.
    private func driver(until isLast: (MemberCommand) -> Bool) throws -> (
        driver: JobDriver, pending: [(workerID: String, generation: Int, command: MemberCommand)]
    ) {
        var driver = JobDriver(specification: JobFixture.specification(epochs: 2), plan: JobFixture.plan())
        var members: [String: SimulatedMember] = [:]
        var pending = driver.handle(.assign(JobFixture.members(2))).commands
        while let next = pending.first, !isLast(next.command) {
            pending.removeFirst()
            var member = members[next.workerID] ?? SimulatedMember(plan: driver.plan)
            if let report = member.answer(next.command) {
                pending +=
                    driver.handle(.report(workerID: next.workerID, generation: next.generation, report))
                    .commands
            }
            members[next.workerID] = member
        }
        return (driver, pending)
    }

    private func isRun(_ command: MemberCommand) -> Bool {
        if case .run = command { true } else { false }
    }

    /// Both members' reports of the first segment.
    private func reports(of driver: JobDriver) -> [JobEvent] {
        driver.members.map { member in
            var simulated = SimulatedMember(plan: driver.plan)
            _ = simulated.answer(.prepare(member, members: driver.members, startStep: 0, checkpoint: nil))
            let segment = Segment(number: 0, firstStep: 0, endStep: 5, evaluates: true)
            return .report(
                workerID: member.workerID, generation: 1, simulated.answer(.run(segment)) ?? .exported([]))
        }
    }

    @Test func `training goes on without a drained member at the segment's end, and no step twice`() throws {
        var (driver, _) = try driver(until: isRun)
        #expect(driver.handle(.drained(["w1"])).isEmpty && driver.state == .training)
        var directives: [JobDirective] = []
        for event in reports(of: driver) { directives += driver.handle(event) }
        #expect(driver.state == .queued && driver.members.isEmpty)
        #expect(driver.progress.step == 5 && driver.progress.lossesWithoutProgress == 0)
        #expect(directives.logText.contains("without worker worker-1 at step 5: its host is being emptied"))
        let commands = driver.handle(.assign(JobFixture.members(1))).commands
        guard case .prepare(_, _, let start, _, _)? = commands.first?.command else {
            Issue.record("no preparation")
            return
        }
        #expect(start == 5)
    }

    @Test func `a drain that is undone in time changes nothing`() throws {
        var (driver, _) = try driver(until: isRun)
        _ = driver.handle(.drained(["w1"]))
        _ = driver.handle(.drained([]))
        for event in reports(of: driver) { _ = driver.handle(event) }
        #expect(driver.state == .training && driver.members.count == 2 && driver.progress.generation == 1)
    }

    @Test func `members that prepare or extract leave at once`() throws {
        var (preparing, _) = try driver { _ in true }
        #expect(preparing.state == .preparing)
        #expect(!preparing.handle(.drained(["w0"])).isEmpty && preparing.state == .queued)
        var (extracting, _) = try driver { $0 == .extract }
        #expect(extracting.state == .extracting)
        #expect(extracting.handle(.drained(["other"])).isEmpty && extracting.state == .extracting)
        #expect(!extracting.handle(.drained(["w0"])).isEmpty && extracting.state == .queued)
    }

    @Test func `after the last step a job finishes where it is`() throws {
        var (driver, _) = try driver { if case .evaluate = $0 { true } else { false } }
        #expect(driver.state == .evaluating)
        #expect(driver.handle(.drained(["w0", "w1"])).isEmpty && driver.members.count == 2)
    }
}
