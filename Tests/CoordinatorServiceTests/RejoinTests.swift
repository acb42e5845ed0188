import Foundation
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Workers that come back sooner than their job had missed them, and jobs with too few of them.
@Suite(.timeLimit(.minutes(1))) struct RejoinTests {
    private func report(_ detail: JobDetail) throws -> JobReport {
        try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
    }

    @Test func `what the old process of a worker still says changes nothing for the new one`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(150)
        let old = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job(epochs: 4)
        try await client.submit("job-1", specification, contents)
        _ = try await client.wait(for: .training, of: "job-1")
        let generation = try #require(await old.order?.generation)
        // Nobody told the old process to stop.
        let new = try await fixture.worker("901", coordinator, behaviour: behaviour)
        _ = try await eventually("the next generation") {
            let order = await new.order
            return (order?.generation ?? 0) > generation ? order : nil
        }
        let ghost = old.sessionID
        for _ in 0..<5 {
            let beat = Heartbeat(
                workerID: "901", sessionID: ghost, jobID: "job-1", generation: generation,
                activity: "training")
            #expect(
                try await old.ask(.heartbeat(beat)) == .heartbeatReply(HeartbeatReply(known: false)))
            let failed = JobFailed(
                jobID: "job-1", generation: generation, workerID: "901",
                failure: Failure(code: "nan_loss", message: "said by the old process"))
            _ = try? await old.ask(.jobFailed(failed))
            _ = try await old.ask(.leaveCluster(LeaveCluster(workerID: "901", sessionID: ghost)))
        }
        #expect(try await client.workers().map(\.workerID) == ["901"], "the new process is still there")
        let detail = try await client.wait(for: .done, of: "job-1")
        #expect(try report(detail).generations == 2)
        #expect(try report(detail).segments.map(\.endStep) == [5, 10, 15, 20])
        await old.die()
        await coordinator.stop()
    }

    /// The state is the size of the model and its optimiser: nobody shall keep it for a job that has ended.
    @Test func `whoever holds a job's state between two generations hears that it has ended`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(150)
        let worker = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job(epochs: 40)
        try await client.submit("job-1", specification, contents)
        _ = try await client.wait(for: .training, of: "job-1")
        _ = try await client.channel.request(.pauseJob(PauseJob(jobID: "job-1")))
        _ = try await eventually("a held state") { await worker.heldJobID == "job-1" ? true : nil }
        // Some heartbeats long it keeps what it may need.
        try await Task.sleep(for: .milliseconds(500))
        #expect(await worker.heldJobID == "job-1")
        _ = try await client.channel.request(.cancelJob(CancelJob(jobID: "job-1")))
        _ = try await eventually("nothing held") { await worker.heldJobID.isEmpty ? true : nil }
        await coordinator.stop()
    }

    @Test func `survivors below the minimum wait, and go on when one comes`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start(timeout: .milliseconds(1500))
        let client = try await fixture.client(coordinator)
        let survivor = try await fixture.worker("901", coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.diesAtStep = 10
        _ = try await fixture.worker("902", coordinator, behaviour: behaviour)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job(workers: WorkerRange(minimum: 2, maximum: 4))
        try await client.submit("job-1", specification, contents)
        _ = try await eventually("the loss") {
            try await client.log("job-1").contains { $0.message.contains("name-902 is lost") } ? true : nil
        }
        // It waits for longer than any time-out of this cluster.
        let end = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < end {
            #expect(try await client.state("job-1") == "queued")
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(await survivor.received.filter { $0.hasPrefix("prepare") } == ["prepare 1"])
        _ = try await fixture.worker("903", coordinator)
        let report = try report(try await client.wait(for: .done, of: "job-1"))
        #expect(report.generations == 2 && report.workers == 2)
        #expect(report.segments.map(\.endStep) == [5, 10, 15])
        await coordinator.stop()
    }
}
