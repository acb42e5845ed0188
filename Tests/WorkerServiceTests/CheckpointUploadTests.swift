import Testing
import TrainingJobs
import WireProtocol

@testable import WorkerService

/// Checkpoints on their way to the store while the job goes on.
@Suite(.serialized) struct CheckpointUploadTests {
    static let fineTuning = WorkerFixture.specification(.fineTuning, epochs: 1_000_000)

    private func withScript(_ body: @Sendable (JobScript, FakeCoordinator) async throws -> Void) async throws
    {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { ids in
            let script = JobScript(
                fixture: fixture, specification: Self.fineTuning, jobID: "job", workerIDs: ids)
            try await body(script, fixture.coordinator)
        }
        await fixture.shutdown()
    }

    /// Runs the first segment, three steps, and keeps its checkpoint from being taken.
    private func beginUpload(_ script: JobScript, _ coordinator: FakeCoordinator) async throws {
        _ = try await script.prepare()
        _ = try await script.extract()
        await coordinator.holdUploads()
        try await script.start(to: 3)
        _ = try await script.done(segment: 0)
    }

    @Test func `steps go on during an upload, and it holds the state that it began with`() async throws {
        try await withScript { script, coordinator in
            try await beginUpload(script, coordinator)
            try await script.start(segment: 1, from: 3, to: 6, evaluating: false)
            try await coordinator.untilStep(6)
            // Nothing is stored, and of the second segment there is no snapshot yet.
            #expect(await coordinator.reportNames == [])
            await coordinator.takeUploads()
            let early = try #require(try await script.stored(step: 3).file)
            #expect(try await script.done(segment: 1).values.first?.steps.map(\.step) == [3, 4, 5])
            let late = try #require(try await script.stored(step: 6).file)
            try await script.release()

            var again = script
            again.generation = 2
            _ = try await again.prepare()
            _ = try await again.extract()
            #expect(try await again.run(to: 3).rankZero?.checkpoint?.sha256 == early.sha256)
            #expect(
                try await again.run(segment: 1, from: 3, to: 6).rankZero?.checkpoint?.sha256 == late.sha256)
        }
    }

    @Test func `an upload outlives its generation, and the next one's preparation waits for it`() async throws
    {
        try await withScript { script, coordinator in
            try await beginUpload(script, coordinator)
            try await script.start(segment: 1, from: 3, to: 1_000_000)
            try await coordinator.untilHeartbeats(2)
            try await script.release(hold: true)

            var next = script
            next.generation = 2
            try await next.order(heldLimit: 1_000_000)
            try await coordinator.untilHeartbeats(4)
            #expect(await coordinator.reportNames == [])
            await coordinator.takeUploads()
            let names = ["stored 1 3", "prepared 2"]
            try await coordinator.untilReports(names)
            #expect(await coordinator.reportNames == names)
            // The results of the segment before are still there, had its checkpoint been lost.
            #expect(try await next.handIn(next.workerIDs[0]).steps.first?.step == 0)
        }
    }

    @Test(arguments: [true, false])
    func `another job does not end an upload, the job's own end does`(isWanted: Bool) async throws {
        try await withScript { script, coordinator in
            try await beginUpload(script, coordinator)
            try await script.release(hold: isWanted)
            let other = JobScript(
                fixture: script.fixture, specification: Self.fineTuning, jobID: "other",
                workerIDs: script.workerIDs)
            _ = try await other.prepare()
            await coordinator.takeUploads()
            if isWanted {
                #expect(try await script.stored(step: 3).generation == 1)
            } else {
                try await coordinator.untilHeartbeats(4)
                #expect(await coordinator.reportNames == [])
            }
        }
    }

    @Test func `a checkpoint that is refused is reported`() async throws {
        try await withScript { script, coordinator in
            _ = try await script.prepare()
            _ = try await script.extract()
            await coordinator.refuseUploads()
            try await script.start(to: 3)
            let failed = try await script.failure()
            #expect(failed.failure?.code == "fake" && failed.failure?.message.contains("no uploads") == true)
        }
    }
}
