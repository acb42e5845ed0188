import ContentStore
import Foundation
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Pause, resume and retry over real sockets. 5 steps an epoch.
@Suite(.timeLimit(.minutes(1))) struct CourseTests {
    private func pause(_ id: String) -> WireBody { .pauseJob(PauseJob(jobID: id)) }
    private func resume(_ id: String) -> WireBody { .resumeJob(ResumeJob(jobID: id)) }
    private func retry(_ id: String) -> WireBody { .retryJob(RetryJob(jobID: id)) }
    private func cancel(_ id: String) -> WireBody { .cancelJob(CancelJob(jobID: id)) }

    private func report(_ detail: JobDetail) throws -> JobReport {
        try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
    }

    /// A job of ten epochs that has run for two of them, its worker, and who asks about it.
    private func training(
        _ fixture: CoordinatorFixture, _ coordinator: RunningCoordinator,
        _ behaviour: FakeWorker.Behaviour? = nil
    ) async throws -> (TestClient, FakeWorker) {
        var slow = behaviour ?? FakeWorker.Behaviour()
        slow.segmentTime = .milliseconds(60)
        let client = try await fixture.client(coordinator)
        let worker = try await fixture.worker("901", coordinator, behaviour: slow)
        let (specification, contents) = TestClient.job(epochs: 10)
        try await client.submit("job-1", specification, contents)
        _ = try await eventually("ten steps") {
            try await client.detail("job-1").summary.flatMap { $0.progressDone >= 10 ? true : nil }
        }
        return (client, worker)
    }

    @Test func `a paused job frees its worker, outlives the coordinator and goes on`() async throws {
        let fixture = try CoordinatorFixture()
        let first = try await fixture.start()
        let (client, worker) = try await training(fixture, first)
        for _ in 0..<2 {
            #expect(try await client.channel.request(pause("job-1")) == .acknowledged(Acknowledged()))
        }
        let paused = try #require(try await client.detail("job-1").summary)
        #expect(paused.state == "paused" && paused.workers == 0 && paused.progressDone >= 10)
        #expect(paused.message.contains("paused at step \(paused.progressDone) of 50"))
        _ = try await eventually("release") { await worker.received.last == "release 1" ? true : nil }
        // The worker is free for others.
        let (short, contents) = TestClient.job(epochs: 1, salt: "other")
        try await client.submit("job-2", short, contents)
        _ = try await client.wait(for: .done, of: "job-2")
        await first.stop()

        let second = try await fixture.start(listen: first.endpoint)
        #expect(try await client.state("job-1") == "paused")
        _ = try await eventually("registration") {
            try await client.workers().first?.state == "idle" ? true : nil
        }
        #expect(try await client.state("job-1") == "paused")
        _ = try await client.channel.request(resume("job-1"))
        let report = try report(try await client.wait(for: .done, of: "job-1"))
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 50, by: 5).map { $0 })
        #expect(report.generations == 2)
        let orders = await worker.received
        #expect(orders.contains("segment \(paused.progressDone)-\(paused.progressDone + 5)"))
        await second.stop()
    }

    @Test func `what makes no sense in a state is refused with the state and the remedy`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job(epochs: 1)
        func message(of body: WireBody, _ code: String = "wrong-state") async throws -> String {
            let refusal = try #require(try await client.refusal(of: body))
            #expect(refusal.code == code)
            return refusal.message
        }
        _ = try await client.submit(try TestClient.message("job-1", specification, contents))
        #expect(try await message(of: pause("job-1")).contains("uploading: it can be paused once"))
        try await client.submit("job-1", specification, contents)
        #expect(try await message(of: resume("job-1")).contains("queued: only a paused job"))
        #expect(try await message(of: retry("job-1")).contains("queued: only a failed or cancelled job"))
        _ = try await client.channel.request(pause("job-1"))
        #expect(try await message(of: retry("job-1")).contains("graft resume"))
        _ = try await client.channel.request(resume("job-1"))
        _ = try await fixture.worker("901", coordinator)
        _ = try await client.wait(for: .done, of: "job-1")
        #expect(try await message(of: pause("job-1")).contains("graft fetch"))
        #expect(try await message(of: retry("job-1")).contains("submit it anew"))
        #expect(try await message(of: cancel("job-1"), "job-ended").contains("done"))
        for body in [pause("nope"), resume("nope"), retry("nope")] {
            #expect(try await message(of: body, "unknown-job").contains("graft jobs"))
        }
        await coordinator.stop()
    }

    @Test func `a job that is paused before its data is read waits, and is cancelled or resumed`()
        async throws
    {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job(epochs: 1)
        for id in ["job-1", "job-2"] {
            try await client.submit(id, specification, contents)
            _ = try await client.channel.request(pause(id))
        }
        _ = try await fixture.worker("901", coordinator)
        _ = try await eventually("planning") {
            try await client.log("job-1").contains { $0.message.contains("data is read") } ? true : nil
        }
        #expect(try await client.state("job-1") == "paused")
        _ = try await client.channel.request(cancel("job-2"))
        #expect(try await client.state("job-2") == "cancelled")
        _ = try await client.channel.request(resume("job-1"))
        _ = try await client.wait(for: .done, of: "job-1")
        await coordinator.stop()
    }

    @Test func `a failed job is retried from its last checkpoint, also by another coordinator`() async throws
    {
        let fixture = try CoordinatorFixture()
        let first = try await fixture.start()
        var failing = FakeWorker.Behaviour()
        failing.failure = (20, Failure(code: "no-such-thing", message: "It does not work."))
        let (client, worker) = try await training(fixture, first, failing)
        let failed = try await client.wait(for: .failed, of: "job-1")
        #expect(failed.summary?.progressDone == 15)
        await worker.die()
        await first.stop()

        let second = try await fixture.start(listen: first.endpoint)
        let healthy = try await fixture.worker("902", second)
        _ = try await client.channel.request(retry("job-1"))
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try report(detail)
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 50, by: 5).map { $0 })
        // The checkpoint of step 15 may have been under way when the job failed.
        let start = try #require(await healthy.received.first { $0.hasPrefix("segment") })
        #expect(["segment 15-20", "segment 10-15"].contains(start))
        let step = start.dropFirst("segment ".count).prefix(2)
        #expect(try await client.log("job-1").contains { $0.message.contains("retried from step \(step)") })
        await second.stop()
    }

    @Test func `a cancelled job is retried, and a repeat of that request does nothing`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let (client, _) = try await training(fixture, coordinator)
        _ = try await client.channel.request(cancel("job-1"))
        let request = Envelope(requestID: "retry-1", body: retry("job-1"))
        let raw = try await fixture.messaging.connectDealer(to: coordinator.endpoint)
        for _ in 0..<3 { try await raw.send(try request.encode()) }
        _ = try await eventually("retry") {
            try await client.state("job-1") == "cancelled" ? nil : true
        }
        let done = try await client.wait(for: .done, of: "job-1")
        #expect(try report(done).segments.count == 10)
        let lines = try await client.log("job-1").filter { $0.message.contains("is retried") }
        #expect(lines.count == 1)
        await coordinator.stop()
    }

    @Test func `a job whose checkpoint is gone cannot be retried, and the answer says why`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let (client, _) = try await training(fixture, coordinator)
        _ = try await client.channel.request(cancel("job-1"))
        let step = try #require(try await client.detail("job-1").summary?.progressDone)
        let store = try BlobStore(directory: fixture.stateDirectory.appendingPathComponent("blobs"))
        for step in stride(from: 5, through: step, by: 5) {
            try store.remove(FileHasher.sha256(of: Array("checkpoint of job-1 at step \(step)".utf8)))
        }
        let refusal = try #require(try await client.refusal(of: retry("job-1")))
        #expect(refusal.code == "retry-impossible")
        #expect(refusal.message.contains("checkpoint of step ") && refusal.message.contains("7 days"))
        #expect(try await client.state("job-1") == "cancelled")
        await coordinator.stop()
    }

    @Test func `a job whose files never came cannot be retried`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job()
        _ = try await client.submit(try TestClient.message("job-1", specification, contents))
        _ = try await client.channel.request(cancel("job-1"))
        let refusal = try #require(try await client.refusal(of: retry("job-1")))
        #expect(refusal.code == "retry-impossible" && refusal.message.contains("Submit it anew"))
        await coordinator.stop()
    }
}
