import Foundation
import JobStore
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Workers and coordinators that go in the middle of a job.
@Suite(.timeLimit(.minutes(1))) struct RecoveryTests {
    private func report(_ detail: JobDetail) throws -> JobReport {
        try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
    }

    @Test func `a worker that falls silent costs a generation, not the result`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start(timeout: .milliseconds(1500))
        let client = try await fixture.client(coordinator)
        let survivor = try await fixture.worker("901", coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.diesAtStep = 10
        _ = try await fixture.worker("902", coordinator, behaviour: behaviour)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try report(detail)
        #expect(report.generations == 2)
        #expect(report.workers == 1)
        #expect(report.segments.map(\.endStep) == [5, 10, 15])
        #expect(report.segments.map { $0.validation[0].accuracy } == [0.4, 1, 0.4])
        let order = try #require(await survivor.received.firstIndex(of: "prepare 2"))
        let later = await survivor.received[order...]
        #expect(later.first { $0.hasPrefix("segment") } == "segment 5-10")
        #expect(try await client.workers().first { $0.workerID == "902" }?.state == "lost")
        let log = try await client.log("job-1")
        #expect(log.contains { $0.level == "warning" && $0.message.contains("name-902 is lost") })
        await coordinator.stop()
    }

    @Test func `a restarted coordinator goes on from the last checkpoint`() async throws {
        let fixture = try CoordinatorFixture()
        let first = try await fixture.start()
        let client = try await fixture.client(first)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(150)
        let workers = [
            try await fixture.worker("901", first, behaviour: behaviour),
            try await fixture.worker("902", first, behaviour: behaviour),
        ]
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job(epochs: 8)
        try await client.submit("job-1", specification, contents)
        let before = try await eventually("some progress") {
            let detail = try await client.detail("job-1")
            return (detail.summary?.progressDone ?? 0) >= 10 ? detail.summary?.progressDone : nil
        }
        await first.stop()

        let second = try await fixture.start(listen: first.endpoint)
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try report(detail)
        #expect(report.generations == 2)
        #expect(report.workers == 2, "it waited for both of its workers")
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 40, by: 5).map { $0 })
        #expect(report.best?.step == 10)
        for worker in workers {
            let received = await worker.received
            let again = try #require(received.firstIndex(of: "prepare 2"))
            let next = try #require(received[again...].first { $0.hasPrefix("segment") })
            let start = try #require(Int(next.dropFirst("segment ".count).split(separator: "-")[0]))
            #expect(start >= before)
            #expect(await worker.registrations == 2)
        }
        #expect(try await client.log("job-1").contains { $0.message.contains("coordinator was restarted") })
        await second.stop()
    }

    @Test func `a restart keeps jobs of every kind`() async throws {
        let fixture = try CoordinatorFixture()
        let first = try await fixture.start()
        let client = try await fixture.client(first)
        let (specification, contents) = TestClient.job()
        // Uploading: one file never comes.
        let waiting = try TestClient.message("uploading", specification, TestClient.job(salt: "x").contents)
        _ = try await client.submit(waiting)
        try await client.submit("queued", specification, contents)
        try await client.submit("gone", specification, contents)
        _ = try await client.channel.request(.cancelJob(CancelJob(jobID: "gone")))
        await first.stop()

        let second = try await fixture.start(listen: first.endpoint)
        #expect(try await client.state("uploading") == "uploading")
        #expect(try await client.state("queued") == "queued")
        #expect(try await client.state("gone") == "cancelled")
        _ = try await fixture.worker("901", second)
        _ = try await client.wait(for: .done, of: "queued")
        try await client.submit("uploading", specification, TestClient.job(salt: "x").contents)
        _ = try await client.wait(for: .done, of: "uploading")
        await second.stop()
    }

    @Test func `a stored job that breaks the rules is given up, and does not stop the coordinator`()
        async throws
    {
        let fixture = try CoordinatorFixture()
        try FileManager.default.createDirectory(
            at: fixture.stateDirectory, withIntermediateDirectories: true)
        do {
            let store = try JobStore(
                file: fixture.stateDirectory.appendingPathComponent("coordinator.sqlite"))
            var (specification, _) = TestClient.job()
            specification.training.epochs = .max
            let record = JobRecord(
                id: "job-1", name: "reviews", state: .training, createdAt: 1,
                specificationJSON: try CanonicalJSON.encode(specification))
            let plan = DatasetPlan(
                tasks: [
                    DatasetPlan.Task(
                        name: "reviews", labels: ["a", "b"], trainCount: 40, validationCount: 1, testCount: 0)
                ], laneCount: 4, contentHash: "")
            let planned = PlanRecord(planJSON: try CanonicalJSON.encode(plan), shardsJSON: "[]")
            try store.insert(JobChange(record: record, plan: planned))
        }
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let summary = try #require(try await client.detail("job-1").summary)
        #expect(summary.state == "failed")
        #expect(summary.message.contains("training.epochs"))
        await coordinator.stop()
    }

    @Test func `a worker that comes later joins the job that runs`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(60)
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job(epochs: 16)
        try await client.submit("job-1", specification, contents)
        _ = try await client.wait(for: .training, of: "job-1")
        _ = try await fixture.worker("902", coordinator, behaviour: behaviour)
        let report = try report(try await client.wait(for: .done, of: "job-1"))
        #expect(report.workers == 2)
        #expect(report.generations == 2)
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 80, by: 5).map { $0 })
        await coordinator.stop()
    }

    @Test func `a worker that leaves hands its lanes to the others`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(100)
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let leaver = try await fixture.worker("902", coordinator, behaviour: behaviour)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job(epochs: 6)
        try await client.submit("job-1", specification, contents)
        _ = try await client.wait(for: .training, of: "job-1")
        try await leaver.leave()
        let detail = try await client.wait(for: .done, of: "job-1")
        #expect(try report(detail).workers == 1)
        #expect(try await client.workers().map(\.workerID) == ["901"])
        await coordinator.stop()
    }

    @Test func `checkpoints that were never uploaded end the job after three tries`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.skipsUploads = true
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .failed, of: "job-1")
        #expect(detail.summary?.message.contains("not in the store") == true)
        await coordinator.stop()
    }

    @Test func `a worker that forgets its job does not hold it up for ever`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start(timeout: .milliseconds(300))
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.forgetsAtStep = 10
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .failed, of: "job-1")
        #expect(detail.summary?.message.contains("no longer works on it") == true)
        await coordinator.stop()
    }

    @Test func `a full disk at one worker leaves it out`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        _ = try await fixture.worker("901", coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.failure = (10, Failure(code: "disk_full", message: "The cache's disk is full."))
        _ = try await fixture.worker("902", coordinator, behaviour: behaviour)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        #expect(try report(try await client.wait(for: .done, of: "job-1")).workers == 1)
        let (strict, _) = TestClient.job(workers: WorkerRange(minimum: 2, maximum: 2))
        try await client.submit("job-2", strict, contents)
        let failed = try await client.wait(for: .failed, of: "job-2")
        #expect(failed.summary?.message.contains("disk is full") == true)
        await coordinator.stop()
    }

    @Test func `workers that cannot reach each other are told apart`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.unreachable = ["tcp://10.0.0.9:902"]
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        _ = try await fixture.worker("902", coordinator)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        #expect(try report(try await client.wait(for: .done, of: "job-1")).workers == 1)
        let log = try await client.log("job-1")
        #expect(log.contains { $0.message.contains("tcp://10.0.0.9:901 → tcp://10.0.0.9:902: no answer") })
        await coordinator.stop()
    }

    @Test func `a restarted worker process is a loss to its job`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(100)
        let old = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job(epochs: 4)
        try await client.submit("job-1", specification, contents)
        _ = try await client.wait(for: .training, of: "job-1")
        await old.die()
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let detail = try await client.wait(for: .done, of: "job-1")
        #expect(try report(detail).generations == 2)
        #expect(try await client.log("job-1").contains { $0.message.contains("its process was restarted") })
        // The old process must not push the new one out.
        let refused = await #expect(throws: RefusedError.self) {
            try await old.ask(.registerWorker(await old.registration()))
        }
        #expect(refused?.code == "session-replaced")
        await coordinator.stop()
    }
}
