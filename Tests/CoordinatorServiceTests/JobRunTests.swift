import ContentStore
import Foundation
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Whole jobs with scripted workers over real sockets. 40 rows in batches of 8: 5 steps an epoch.
@Suite(.timeLimit(.minutes(1))) struct JobRunTests {
    @Test(arguments: [1, 2, 3])
    func `a job runs from upload to export`(workers: Int) async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var fakes: [FakeWorker] = []
        for index in 0..<workers { fakes.append(try await fixture.worker("90\(index)", coordinator)) }
        _ = try await eventually("registration") { try await client.workers().count == workers ? true : nil }

        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .done, of: "job-1")

        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.workers == workers)
        #expect(report.segments.map(\.endStep) == [5, 10, 15])
        #expect(report.best?.step == 10)
        #expect(report.best?.value == 1)
        #expect(report.segments.map { $0.validation[0].accuracy } == [0.4, 1, 0.4])
        #expect(report.test.first?.samples == 12)
        #expect(report.extraction?.samples == 72)
        #expect(report.segments.map(\.trainLoss) == [1, 1, 1])

        let paths = detail.resultFiles.map(\.path)
        #expect(
            paths == [
                "README.md", "config.json", "learning-curve.svg", "metrics.jsonl", "model.safetensors",
                "report.json",
            ])
        for file in detail.resultFiles {
            let bytes = try await client.fetch(file.sha256)
            #expect(bytes.count == file.size)
            #expect(FileHasher.sha256(of: bytes) == file.sha256)
        }
        let model = try #require(detail.resultFiles.first { $0.path == "model.safetensors" })
        #expect(
            String(decoding: try await client.fetch(model.sha256), as: UTF8.self)
                == "model from checkpoint of job-1 at step 10")
        #expect(report.modelSHA256 == model.sha256)
        let stored = try #require(detail.resultFiles.first { $0.path == "report.json" })
        #expect(String(decoding: try await client.fetch(stored.sha256), as: UTF8.self) == detail.reportJSON)

        let log = try await client.log("job-1")
        #expect(log.map(\.sequence) == Array(1...log.count))
        #expect(log.contains { $0.message.contains("The job is done") })
        _ = try await eventually("idle workers") {
            try await client.workers().allSatisfy { $0.state == "idle" } ? true : nil
        }
        await coordinator.stop()
    }

    @Test func `repeated reports and lost acknowledgements change nothing`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.repeats = 3
        behaviour.hasBrokenClock = true
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        behaviour.losesFirstAcknowledgement = true
        _ = try await fixture.worker("902", coordinator, behaviour: behaviour)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job(workers: WorkerRange(minimum: 2, maximum: 2))
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.generations == 1)
        #expect(report.segments.map(\.endStep) == [5, 10, 15])
        #expect(report.best?.step == 10)
        await coordinator.stop()
    }

    @Test func `early stopping ends training and keeps the best`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let worker = try await fixture.worker("901", coordinator)
        let (specification, contents) = TestClient.job(
            epochs: 50, earlyStopping: EarlyStoppingSpecification(patience: 2))
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.segments.map(\.endStep) == [5, 10, 15, 20])
        #expect(report.best?.step == 10)
        #expect(await worker.received.filter { $0.hasPrefix("segment") }.count == 4)
        await coordinator.stop()
    }

    @Test func `bad data fails the job with its text`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var (specification, contents) = TestClient.job()
        contents["tasks/reviews/train.csv"] = Array("text,label\none,good\ntwo,good\n".utf8)
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .failed, of: "job-1")
        let message = try #require(detail.summary?.message)
        #expect(message.contains("train.csv") || message.contains("reviews"), "\(message)")
        #expect(
            try await client.log("job-1").contains { $0.level == "error" && $0.message.contains(message) })

        specification.tasks[0].labelColumn = "topic"
        try await client.submit("job-2", specification, TestClient.job().contents)
        let missing = try await client.wait(for: .failed, of: "job-2")
        #expect(missing.summary?.message.contains("topic") == true)
        await coordinator.stop()
    }

    @Test func `a loss that is not a number fails the job, on every worker's word`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.failure = (
            10,
            Failure(code: "nan_loss", message: "The loss at step 7 is not a number. Lower the learning rate.")
        )
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .failed, of: "job-1")
        #expect(detail.summary?.message.contains("step 7") == true)
        #expect(detail.resultFiles.isEmpty)
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.segments.map(\.endStep) == [5])
        await coordinator.stop()
    }

    @Test func `only workers of one kernel family work together`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.kernelFamily = "openblas/Zen"
        let stranger = try await fixture.worker("900", coordinator, behaviour: behaviour)
        for index in 1...2 { _ = try await fixture.worker("90\(index)", coordinator) }
        _ = try await eventually("registration") { try await client.workers().count == 3 ? true : nil }
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.workers == 2)
        #expect(report.kernelFamily == "openblas/Haswell")
        #expect(await stranger.received.isEmpty)
        await coordinator.stop()
    }

    @Test func `jobs queue for workers in order`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job(workers: WorkerRange(minimum: 2, maximum: 2))
        try await client.submit("job-1", specification, contents)
        try await client.submit("job-2", specification, contents)
        _ = try await eventually("waiting") {
            try await client.detail("job-1").summary?.message.contains("waiting for 2 workers") == true
                ? true : nil
        }
        for index in 0..<2 { _ = try await fixture.worker("90\(index)", coordinator) }
        let first = try await client.wait(for: .done, of: "job-1")
        let second = try await client.wait(for: .done, of: "job-2")
        #expect(first.summary!.finishedAtMilliseconds <= second.summary!.startedAtMilliseconds)
        await coordinator.stop()
    }
}
