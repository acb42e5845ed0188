import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct JobDriverRecoveryTests {
    private var driver = JobDriver(specification: JobFixture.specification(), plan: JobFixture.plan())
    private var members: [String: SimulatedMember] = [:]
    private var pending: [(workerID: String, generation: Int, command: MemberCommand)] = []

    private mutating func start(_ count: Int = 2) {
        pending = driver.handle(.assign(JobFixture.members(count))).commands
    }

    /// Answers what is pending, command by command, until `isReached`.
    private mutating func run(until isReached: (JobDriver) -> Bool) {
        while !isReached(driver), !pending.isEmpty {
            let (workerID, generation, command) = pending.removeFirst()
            var member = members[workerID] ?? SimulatedMember(plan: driver.plan)
            if let answer = member.answer(command) {
                pending += driver.handle(.report(workerID: workerID, generation: generation, answer)).commands
            }
            members[workerID] = member
        }
    }

    private mutating func fail(_ worker: String, _ code: String, lost: String? = nil) -> [JobDirective] {
        driver.handle(
            .report(
                workerID: worker, generation: driver.progress.generation,
                .failed(JobFailure(code: code, message: "it broke"), lostWorkerID: lost)))
    }

    @Test(arguments: [JobState.preparing, .extracting, .training, .evaluating, .exporting])
    mutating func `a lost member sends the job back to its last checkpoint`(state: JobState) {
        start()
        run { $0.state == state && (state != .training || $0.progress.step == 5) }
        let (step, checkpoint) = (driver.progress.step, driver.progress.checkpoint)
        let directives = driver.handle(.workerLost(workerID: "w1", .crash("silent")))
        #expect(driver.state == .queued)
        #expect(directives.commands.map(\.command) == [.standBy, .standBy])
        #expect(directives.logText.contains("worker-1 is lost: silent"))
        let again = driver.handle(.assign(JobFixture.members(1))).commands
        #expect(driver.progress.generation == 2)
        guard case .prepare(_, _, step, checkpoint, _) = again[0].command else {
            Issue.record("not from the checkpoint: \(again)")
            return
        }
        pending = again
        run { $0.outcome != nil }
        #expect(driver.outcome == .done)
        #expect(driver.progress.segments.map(\.endStep) == [5, 10, 15, 20])
    }

    @Test mutating func `a peer's report of a loss makes that worker suspect`() {
        start()
        run { $0.state == .training }
        let directives = fail("w0", "peer-lost", lost: "w1")
        #expect(directives.contains(.suspect(workerID: "w1")))
        #expect(driver.state == .queued)
        // The heartbeat's time-out comes later and finds nothing more to do.
        #expect(driver.handle(.workerLost(workerID: "w1", .crash("silent"))).isEmpty)
        #expect(driver.progress.lossesWithoutProgress == 1)
    }

    @Test mutating func `three losses without progress fail the job`() {
        for attempt in 1...3 {
            start()
            run { $0.state == .training }
            _ = driver.handle(.workerLost(workerID: "w1", .crash("killed")))
            #expect((driver.outcome != nil) == (attempt == 3))
        }
        guard case .failed(let failure) = driver.outcome else { return }
        #expect(failure.code == "workers-lost")
        #expect(failure.message.contains("killed"))
    }

    @Test mutating func `progress forgives earlier losses`() {
        for _ in 1...6 {
            start()
            let step = driver.progress.step
            run { $0.progress.step > step }
            _ = driver.handle(.workerLost(workerID: "w1", .crash("killed")))
            if driver.progress.step >= 20 { break }
            #expect(driver.outcome == nil)
        }
        start()
        run { $0.outcome != nil }
        #expect(driver.outcome == .done)
    }

    @Test mutating func `a worker that says goodbye is no crash`() {
        for _ in 1...5 {
            start()
            _ = driver.handle(.workerLost(workerID: "w0", .leave))
        }
        #expect(driver.outcome == nil)
        #expect(driver.progress.lossesWithoutProgress == 0)
    }

    @Test(arguments: ["nan_loss", "bad-data", "checkpoint-mismatch", "unsupported"])
    mutating func `failures of the job itself end it`(code: String) {
        start()
        let directives = fail("w1", code)
        guard case .failed(let failure) = driver.outcome else {
            Issue.record("still \(driver.state)")
            return
        }
        #expect(failure.code == code)
        #expect(failure.context == "worker worker-1")
        #expect(directives.commands.count == 2)
    }

    @Test(arguments: ["disk_full", "disk-full", "file_system", "unreadable-blob"])
    mutating func `failures of one host leave that host out`(code: String) {
        start()
        _ = fail("w1", code)
        #expect(driver.state == .queued)
        #expect(driver.excludedWorkers.keys.sorted() == ["w1"])
        _ = driver.handle(.workerRegistered(workerID: "w1"))
        #expect(driver.excludedWorkers.isEmpty)
    }

    @Test(arguments: ["closed", "broken", "coordinator-unreachable"])
    mutating func `failures of a connection are tried again, but not for ever`(code: String) {
        for attempt in 1...3 {
            start()
            _ = fail("w1", code)
            #expect(driver.excludedWorkers.isEmpty)
            #expect((driver.outcome != nil) == (attempt == 3))
        }
    }

    @Test mutating func `where the others do not suffice the host's failure is the job's`() {
        start()
        _ = fail("w1", "disk_full")
        _ = driver.handle(.assignmentImpossible("waiting for 2 workers"))
        guard case .failed(let failure) = driver.outcome else {
            Issue.record("still \(driver.state)")
            return
        }
        #expect(failure.code == "disk_full")
    }

    @Test mutating func `a cluster that is too small is waited for`() {
        #expect(driver.handle(.assignmentImpossible("waiting for 2 workers")).isEmpty)
        #expect(driver.outcome == nil)
        #expect(driver.message == "waiting for 2 workers")
    }

    @Test mutating func `the member that most broken pairs share is left out`() {
        start(3)
        let ends = driver.members.map(\.endpoint)
        func ready(_ faults: [PeerFault]) -> MemberReport {
            .prepared(faults: faults, failure: nil, parameters: 1, trainableParameters: 1)
        }
        func broken(_ from: Int, _ to: Int) -> PeerFault {
            PeerFault(fromEndpoint: ends[from], toEndpoint: ends[to], reason: "no answer")
        }
        for (worker, report) in [
            ("w0", ready([broken(0, 1)])), ("w1", ready([broken(1, 0), broken(1, 2)])),
            ("w2", ready([broken(2, 1)])),
        ] {
            _ = driver.handle(.report(workerID: worker, generation: 1, report))
        }
        #expect(driver.state == .queued)
        #expect(driver.excludedWorkers.keys.sorted() == ["w1"])
        #expect(driver.message.contains("\(ends[0]) → \(ends[1]): no answer"))
    }

    @Test mutating func `a member on a loopback address is left out, and the reason stays visible`() {
        let endpoints = ["tcp://127.0.0.1:5000", "tcp://10.0.0.2:5000"]
        func assignment(_ count: Int, from first: Int) -> [MemberAssignment] {
            (first..<(first + count)).map {
                MemberAssignment(
                    rank: $0 - first, workerID: "w\($0)", name: "worker-\($0)", endpoint: endpoints[$0],
                    kernelFamily: "openblas/Haswell", lanes: [0])
            }
        }
        _ = driver.handle(.assign(assignment(2, from: 0)))
        let fault = PeerFault(fromEndpoint: endpoints[1], toEndpoint: endpoints[0], reason: "refused")
        for (worker, faults) in [("w0", []), ("w1", [fault])] {
            _ = driver.handle(
                .report(
                    workerID: worker, generation: 1,
                    .prepared(faults: faults, failure: nil, parameters: 1, trainableParameters: 1)))
        }
        #expect(driver.excludedWorkers.keys.sorted() == ["w0"])
        _ = driver.handle(.assign(assignment(1, from: 1)))
        #expect(driver.state == .preparing)
        #expect(driver.message.contains("without worker worker-0"))
        for endpoint in endpoints { #expect(driver.message.contains(endpoint)) }
    }

    @Test mutating func `a restarted coordinator goes on from what was stored`() throws {
        start()
        run { $0.progress.step == 10 }
        let stored = try CanonicalJSON.encode(driver.progress)
        driver = JobDriver(
            specification: driver.specification, plan: driver.plan,
            progress: try CanonicalJSON.decode(TrainingProgress.self, from: stored))
        #expect(driver.state == .queued)
        #expect(driver.requiredFamily == "openblas/Haswell")
        start()
        #expect(driver.progress.generation == 2)
        run { $0.outcome != nil }
        #expect(driver.outcome == .done)
        #expect(driver.progress.segments.map(\.endStep) == [5, 10, 15, 20])
    }

    @Test mutating func `a fresh job may take any family, one with a checkpoint keeps its own`() {
        start()
        #expect(driver.requiredFamily == nil)
        run { $0.progress.step == 5 }
        #expect(driver.requiredFamily == "openblas/Haswell")
    }
}
