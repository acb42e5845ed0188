import Testing
import TrainingJobs

@testable import JobScheduling

/// One transition after the other, with two members.
@Suite struct JobDriverTests {
    private var driver = JobDriver(specification: JobFixture.specification(), plan: JobFixture.plan())

    private mutating func report(_ worker: String, _ report: MemberReport, generation: Int? = nil)
        -> [JobDirective]
    {
        driver.handle(
            .report(workerID: worker, generation: generation ?? driver.progress.generation, report))
    }

    /// Lets honest members answer everything up to and without the state asked for.
    private mutating func advance(to state: JobState, workers: Int = 2) -> [JobDirective] {
        var members: [String: SimulatedMember] = [:]
        var last = driver.handle(.assign(JobFixture.members(workers)))
        while driver.state != state, driver.outcome == nil {
            let commands = last.commands
            last = []
            for (workerID, generation, command) in commands {
                var member = members[workerID] ?? SimulatedMember(plan: driver.plan)
                if let answer = member.answer(command) {
                    last += driver.handle(.report(workerID: workerID, generation: generation, answer))
                }
                members[workerID] = member
            }
            if commands.isEmpty { break }
        }
        return last
    }

    @Test mutating func `assignment prepares every member from the beginning`() {
        #expect(driver.state == .queued)
        let commands = driver.handle(.assign(JobFixture.members(2))).commands
        #expect(driver.state == .preparing)
        #expect(driver.progress.generation == 1)
        #expect(commands.map(\.workerID) == ["w0", "w1"])
        guard case .prepare(let own, let members, 0, nil, 5) = commands[1].command else {
            Issue.record("no PrepareJob: \(commands)")
            return
        }
        #expect(own.rank == 1)
        #expect(own.lanes == [2, 3])
        #expect(members.map(\.workerID) == ["w0", "w1"])
    }

    @Test mutating func `a second assignment changes nothing`() {
        _ = driver.handle(.assign(JobFixture.members(2)))
        #expect(driver.handle(.assign(JobFixture.members(1))).isEmpty)
        #expect(driver.members.count == 2)
    }

    @Test mutating func `extraction begins when all are prepared, repeats or not`() {
        _ = driver.handle(.assign(JobFixture.members(2)))
        let ready = MemberReport.prepared(faults: [], failure: nil, parameters: 7, trainableParameters: 3)
        #expect(report("w0", ready).isEmpty)
        #expect(report("w0", ready).isEmpty)
        #expect(driver.state == .preparing)
        #expect(report("w1", ready).commands.map(\.command) == [.extract, .extract])
        #expect(driver.state == .extracting)
        #expect(driver.progress.trainableParameterCount == 3)
        #expect(report("w1", ready).isEmpty)
    }

    @Test mutating func `training begins when all have extracted`() throws {
        _ = advance(to: .extracting)
        #expect(report("w0", .extracted(JobReport.Extraction(samples: 5, cacheHits: 2, seconds: 1))).isEmpty)
        let directives = report("w1", .extracted(JobReport.Extraction(samples: 4, cacheHits: 4, seconds: 3)))
        let segment = Segment(number: 0, firstStep: 0, endStep: 5, evaluates: true)
        #expect(directives.commands.map(\.command) == [.run(segment), .run(segment)])
        let extraction = try #require(driver.progress.extraction)
        #expect(extraction.samples == 9)
        #expect(extraction.cacheHits == 6)
        #expect(extraction.seconds == 3)
    }

    @Test mutating func `a segment counts once all have reported it`() {
        _ = advance(to: .training)
        var lead = SimulatedMember(plan: driver.plan)
        var second = lead
        _ = lead.answer(.prepare(driver.members[0], members: [], startStep: 0, checkpoint: nil))
        _ = second.answer(.prepare(driver.members[1], members: [], startStep: 0, checkpoint: nil))
        let segment = Segment(number: 0, firstStep: 0, endStep: 5, evaluates: true)
        guard let first = lead.answer(.run(segment)), let other = second.answer(.run(segment)) else { return }
        #expect(report("w0", first).isEmpty)
        #expect(driver.progress.step == 0)
        let next = report("w1", other)
        #expect(driver.progress.step == 5)
        #expect(driver.progress.checkpoint?.sha256 == "step5")
        #expect(driver.progress.segments.count == 1)
        #expect(
            next.commands.map(\.command)
                == [Segment](
                    repeating: Segment(number: 1, firstStep: 5, endStep: 10, evaluates: true), count: 2
                )
                .map(MemberCommand.run))
        // The same reports again are of a segment that is over.
        #expect(report("w0", first).isEmpty)
        #expect(report("w1", other).isEmpty)
        #expect(driver.progress.segments.count == 1)
    }

    @Test mutating func `the test split is evaluated with the best checkpoint, then rank 0 exports`() throws {
        let evaluations = advance(to: .evaluating).commands
        let best = try #require(driver.progress.best?.checkpoint)
        #expect(
            evaluations.map(\.command)
                == [MemberCommand](repeating: .evaluate(split: .test, checkpoint: best), count: 2))
        var members = driver.members.map { member in
            var simulated = SimulatedMember(plan: driver.plan)
            _ = simulated.answer(.prepare(member, members: [], startStep: 0, checkpoint: nil))
            return simulated
        }
        #expect(report("w1", members[1].answer(.evaluate(split: .test, checkpoint: best))!).isEmpty)
        let export = report("w0", members[0].answer(.evaluate(split: .test, checkpoint: best))!)
        #expect(export.commands.map(\.workerID) == ["w0"])
        #expect(export.commands.map(\.command) == [.export(checkpoint: best)])
        #expect(driver.progress.test?.first?.samples == 24)
        #expect(driver.state == .exporting)
        let file = ContentFile(path: "model.safetensors", sha256: "m", size: 1)
        #expect(report("w1", .exported([file])).isEmpty, "only rank 0 exports")
        let end = report("w0", .exported([file]))
        #expect(driver.outcome == .done)
        #expect(end.commands.map(\.command) == [.release, .release])
        #expect(report("w0", .exported([file])).isEmpty)
    }

    @Test mutating func `keep last exports the last checkpoint`() {
        driver = JobDriver(
            specification: JobFixture.specification(epochs: 3, keep: .last), plan: JobFixture.plan(test: 0))
        let export = advance(to: .exporting)
        #expect(export.commands.map(\.command) == [.export(checkpoint: SimulatedMember.checkpoint(at: 15))])
    }

    @Test mutating func `without a validation split the last checkpoint is kept`() {
        driver = JobDriver(
            specification: JobFixture.specification(epochs: 2), plan: JobFixture.plan(validation: 0, test: 0))
        let export = advance(to: .exporting)
        #expect(driver.progress.best == nil)
        #expect(export.commands.map(\.command) == [.export(checkpoint: SimulatedMember.checkpoint(at: 10))])
    }

    @Test mutating func `lower loss is better`() {
        driver = JobDriver(
            specification: JobFixture.specification(metric: .loss), plan: JobFixture.plan(test: 0))
        _ = advance(to: .exporting)
        #expect(driver.progress.best?.step == 20)
        #expect(driver.progress.best?.value == driver.progress.segments.last?.validation.first?.loss)
    }

    static let everyState: [JobState] = [
        .queued, .preparing, .extracting, .training, .evaluating, .exporting,
    ]

    @Test(arguments: everyState)
    mutating func `a job can be cancelled in every state`(state: JobState) {
        if state != .queued { _ = advance(to: state) }
        #expect(driver.state == state)
        let directives = driver.handle(.cancel)
        #expect(driver.outcome == .cancelled)
        #expect(directives.commands.count == (state == .queued ? 0 : 2))
        #expect(directives.commands.allSatisfy { $0.command == .release })
        #expect(driver.handle(.cancel).isEmpty)
        #expect(driver.handle(.assign(JobFixture.members(1))).isEmpty)
    }

    @Test mutating func `reports of older generations and strangers are ignored`() {
        _ = driver.handle(.assign(JobFixture.members(2)))
        let ready = MemberReport.prepared(faults: [], failure: nil, parameters: 7, trainableParameters: 3)
        let failed = MemberReport.failed(JobFailure(code: "x", message: "y"), lostWorkerID: nil)
        for event in [ready, failed] {
            #expect(report("w0", event, generation: 0).isEmpty)
            #expect(report("stranger", event).isEmpty)
        }
        #expect(driver.state == .preparing)
    }

    @Test mutating func `a gradient that is not finite fails the job with its step`() {
        _ = advance(to: .training)
        let steps = (0..<5).map {
            StepResult(
                step: $0, lossFixed: 0, samples: 20, learningRate: 0.5, gradientNorm: $0 == 3 ? .nan : 1)
        }
        _ = report(
            "w0",
            .segmentDone(
                SegmentResult(
                    segment: 0, endStep: 5, steps: steps, checkpoint: SimulatedMember.checkpoint(at: 5))))
        guard case .failed(let failure) = driver.outcome else {
            Issue.record("not failed: \(driver.state)")
            return
        }
        #expect(failure.code == "nan-loss")
        #expect(failure.message.contains("step 3"))
        #expect(failure.message.contains("0.5"))
    }

    static let badSegments: [SegmentResult] = [
        SegmentResult(segment: 0, endStep: 4, checkpoint: SimulatedMember.checkpoint(at: 4)),
        SegmentResult(segment: 0, endStep: 5),
        SegmentResult(segment: 0, endStep: 5, steps: [], checkpoint: SimulatedMember.checkpoint(at: 5)),
    ]

    @Test(arguments: badSegments)
    mutating func `a segment report that does not fit fails the job`(result: SegmentResult) {
        _ = advance(to: .training)
        _ = report("w0", .segmentDone(result))
        guard case .failed(let failure) = driver.outcome else {
            Issue.record("not failed: \(driver.state)")
            return
        }
        #expect(failure.code == "bad-report")
    }

    @Test func `problems that only data shows are named before the job runs`() {
        let three = JobFixture.plan(labels: ["a", "b", "c"])
        #expect(
            JobDriver.problem(specification: JobFixture.specification(metric: .f1), plan: three)?.code
                == "metric-not-defined")
        #expect(
            JobDriver.problem(specification: JobFixture.specification(metric: .macroF1), plan: three) == nil)
        let stopping = JobFixture.specification(earlyStopping: EarlyStoppingSpecification(patience: 1))
        #expect(
            JobDriver.problem(specification: stopping, plan: JobFixture.plan(validation: 0))?.code
                == "no-validation")
    }

    @Test mutating func `the report has what the job measured`() throws {
        _ = advance(to: .done)
        let report = driver.report(jobID: "j", wallSeconds: 12)
        #expect(report.workers == 2)
        #expect(report.generations == 1)
        #expect(report.segments.map(\.endStep) == [5, 10, 15, 20])
        #expect(report.segments.map(\.epoch) == [0, 1, 2, 3])
        #expect(report.best?.step == 20)
        #expect(report.test.count == 1)
        #expect(report.modelSHA256 == "model-of-step20")
        // The slower member extracts for 2 s, every segment of one epoch takes 2 s.
        #expect(report.firstEpochSeconds == 4)
        #expect(report.laterEpochSeconds == 2)
        #expect(report.extraction?.samples == 40)
    }
}
