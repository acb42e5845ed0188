import Testing
import TrainingJobs
import WireProtocol

@testable import WorkerService

/// What a worker holds of a job between two generations, and that it changes no bit.
@Suite(.serialized) struct HeldStateTests {
    static let far = 1_000_000
    static let fineTuning = WorkerFixture.specification(.fineTuning, epochs: far)

    private func withWorkers(
        _ names: [String], _ body: @Sendable (WorkerFixture, [String]) async throws -> Void
    ) async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(names) { ids in try await body(fixture, ids) }
        await fixture.shutdown()
    }

    private func script(
        _ fixture: WorkerFixture, _ ids: [String], _ specification: JobSpecification, generation: Int,
        job: String = "job"
    ) -> JobScript {
        JobScript(
            fixture: fixture, specification: specification, jobID: job, workerIDs: ids, generation: generation
        )
    }

    /// Runs some steps of a segment that would take for ever, and ends the generation in its middle.
    private func interrupt(_ script: JobScript) async throws {
        _ = try await script.prepare()
        _ = try await script.extract()
        try await script.start(to: Self.far)
        let coordinator = script.coordinator
        for _ in 0..<600 {
            let beat = await coordinator.heartbeats.last
            if beat?.activity == "training", beat?.progressDone ?? 0 > 2 { break }
            try await coordinator.untilHeartbeats(1)
        }
        try await script.release(hold: true)
    }

    /// Waits until the worker says that it holds this job's state.
    private func untilHeld(_ jobID: String, _ fixture: WorkerFixture) async throws {
        for _ in 0..<20 {
            if await fixture.coordinator.heartbeats.last?.heldJobID == jobID { return }
            try await fixture.coordinator.untilHeartbeats(1)
        }
        Issue.record("the worker does not say that it holds \"\(jobID)\"")
    }

    /// The checkpoint and the results of the same steps in one generation, on one worker.
    private func undisturbed(
        _ fixture: WorkerFixture, _ id: String, _ specification: JobSpecification, to end: Int
    ) async throws -> SegmentDone? {
        let reference = script(fixture, [id], specification, generation: 1, job: "undisturbed")
        _ = try await reference.prepare()
        _ = try await reference.extract()
        return try await reference.run(to: end).rankZero
    }

    @Test(arguments: [
        fineTuning,
        WorkerFixture.specification(.featureExtraction, epochs: far),
    ])
    func `a generation goes on in the middle of a segment`(specification: JobSpecification) async throws {
        try await withWorkers(["a", "b"]) { fixture, ids in
            try await interrupt(script(fixture, ids, specification, generation: 1))
            // The survivor takes the lanes of the one that is gone.
            let next = script(fixture, [ids[0]], specification, generation: 2)
            let held = try await next.prepare(heldLimit: Self.far)[0].heldStep
            #expect(held > 2)
            _ = try await next.extract()
            let end = held + 3
            let done = try #require(try await next.run(to: end, resuming: held).rankZero)
            #expect(done.steps.map(\.step) == Array(0..<end))
            try await next.release()
            let whole = try #require(try await undisturbed(fixture, ids[0], specification, to: end))
            #expect(done.checkpoint?.sha256 == whole.checkpoint?.sha256)
            #expect(done.steps == whole.steps)
            #expect(done.evaluation == whole.evaluation)
        }
    }

    @Test func `a worker that holds nothing takes the state that another hands in`() async throws {
        try await withWorkers(["a", "b"]) { fixture, ids in
            try await interrupt(script(fixture, [ids[1]], Self.fineTuning, generation: 1))
            let next = script(fixture, ids, Self.fineTuning, generation: 2)
            let prepared = try await next.prepare(heldLimit: Self.far)
            let held = try #require(prepared.first { $0.workerID == ids[1] }).heldStep
            #expect(held > 2)
            #expect(prepared.first { $0.workerID == ids[0] }?.heldStep == 0)
            let state = try await next.handIn(ids[1])
            #expect(state.step == held)
            #expect(state.steps.map(\.step) == Array(0..<held))
            _ = try await next.extract()
            let done = try #require(
                try await next.run(to: held + 2, resuming: held, state: state.checkpoint).rankZero)
            // Rank 0 has run the last two alone; the others came with the state.
            #expect(done.steps.map(\.step) == [held, held + 1])
            try await next.release()
            let whole = try #require(try await undisturbed(fixture, ids[0], Self.fineTuning, to: held + 2))
            #expect(done.checkpoint?.sha256 == whole.checkpoint?.sha256)
            #expect(state.steps + done.steps == whole.steps)
        }
    }

    @Test func `what is held is not fetched again`() async throws {
        try await withWorkers(["a"]) { fixture, ids in
            try await interrupt(script(fixture, ids, Self.fineTuning, generation: 1))
            let before = await fixture.coordinator.chunkRequests
            let next = script(fixture, ids, Self.fineTuning, generation: 2)
            #expect(try await next.prepare(heldLimit: Self.far)[0].heldStep > 2)
            #expect(await fixture.coordinator.chunkRequests == before)
        }
    }

    @Test func `a state beyond what the job can use is dropped`() async throws {
        try await withWorkers(["a"]) { fixture, ids in
            try await interrupt(script(fixture, ids, Self.fineTuning, generation: 1))
            let next = script(fixture, ids, Self.fineTuning, generation: 2)
            #expect(try await next.prepare(heldLimit: 2)[0].heldStep == 0)
            _ = try await next.extract()
            #expect(try await next.run(to: 2).rankZero?.steps.map(\.step) == [0, 1])
        }
    }

    @Test func `another job and the job's end let the state go`() async throws {
        try await withWorkers(["a"]) { fixture, ids in
            let first = script(fixture, ids, Self.fineTuning, generation: 1)
            try await interrupt(first)
            try await untilHeld("job", fixture)
            let other = script(fixture, ids, Self.fineTuning, generation: 1, job: "other")
            _ = try await other.prepare()
            try await other.release()
            #expect(
                try await script(fixture, ids, Self.fineTuning, generation: 2)
                    .prepare(heldLimit: Self.far)[0].heldStep == 0)
            try await interrupt(script(fixture, ids, Self.fineTuning, generation: 3))
            try await script(fixture, ids, Self.fineTuning, generation: 3).release()
            try await untilHeld("", fixture)
            #expect(
                try await script(fixture, ids, Self.fineTuning, generation: 4)
                    .prepare(heldLimit: Self.far)[0].heldStep == 0)
        }
    }
}
