import Foundation
import JobStore
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Segments that run while the checkpoint of the one before is on its way.
@Suite(.timeLimit(.minutes(1))) struct AsynchronousCheckpointTests {
    private let slow = Duration.milliseconds(400)

    private func slowUploader(dyingAt step: Int? = nil) -> FakeWorker.Behaviour {
        var behaviour = FakeWorker.Behaviour()
        behaviour.uploadTime = slow
        behaviour.diesUploadingStep = step
        return behaviour
    }

    /// Submits the usual job, and waits until a member runs its second segment.
    private func submit(_ client: TestClient, untilSecondSegmentOf worker: FakeWorker) async throws {
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        _ = try await eventually("the second segment") {
            await worker.received.contains("segment 5-10") ? true : nil
        }
    }

    /// The model and the segments' measures: what must not depend on uploads.
    private func requireUsualResult(_ detail: JobDetail, _ client: TestClient) async throws -> JobReport {
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.segments.map(\.endStep) == [5, 10, 15])
        #expect(report.segments.map { $0.validation[0].accuracy } == [0.4, 1, 0.4])
        #expect(report.best?.step == 10)
        let model = try #require(detail.resultFiles.first { $0.path == "model.safetensors" })
        #expect(
            String(decoding: try await client.fetch(model.sha256), as: UTF8.self)
                == "model from checkpoint of job-1 at step 10")
        return report
    }

    @Test func `the next segment does not wait for the checkpoint, and nothing counts before it is there`()
        async throws
    {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let worker = try await fixture.worker("901", coordinator, behaviour: slowUploader())
        try await submit(client, untilSecondSegmentOf: worker)
        #expect(await worker.storedSteps.isEmpty)
        #expect(try await client.log("job-1").contains { $0.message.contains("Step 5 of") } == false)
        let detail = try await client.wait(for: .done, of: "job-1")
        _ = try await requireUsualResult(detail, client)
        #expect(await worker.storedSteps == [5, 10, 15])
        await coordinator.stop()
    }

    @Test func `a paused job names the step that is stored, and another once the upload has ended`()
        async throws
    {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let worker = try await fixture.worker("901", coordinator, behaviour: slowUploader())
        try await submit(client, untilSecondSegmentOf: worker)
        _ = try await client.channel.request(.pauseJob(PauseJob(jobID: "job-1")))
        #expect(try await client.detail("job-1").summary?.message.contains("paused at step 0 of") == true)
        _ = try await eventually("the upload's end") {
            try await client.detail("job-1").summary?.message.contains("paused at step 5 of") == true
                ? true : nil
        }
        _ = try await client.channel.request(.resumeJob(ResumeJob(jobID: "job-1")))
        let detail = try await client.wait(for: .done, of: "job-1")
        _ = try await requireUsualResult(detail, client)
        await coordinator.stop()
    }

    @Test func `a worker that dies with its upload costs that segment, not the result`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start(timeout: .milliseconds(1500))
        let client = try await fixture.client(coordinator)
        // Rank 0 goes by id.
        _ = try await fixture.worker("901", coordinator, behaviour: slowUploader(dyingAt: 5))
        let survivor = try await fixture.worker("902", coordinator)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try await requireUsualResult(detail, client)
        #expect(report.generations == 2)
        let order = try #require(await survivor.received.firstIndex(of: "prepare 2"))
        let later = await survivor.received[order...]
        #expect(later.first { $0.hasPrefix("segment") } == "segment 0-5")
        await coordinator.stop()
    }

    @Test(arguments: [false, true])
    func `a coordinator that is restarted during an upload`(losesUploader: Bool) async throws {
        let fixture = try CoordinatorFixture()
        let first = try await fixture.start(timeout: .milliseconds(1500))
        let client = try await fixture.client(first)
        let uploader = try await fixture.worker("901", first, behaviour: slowUploader())
        let other = try await fixture.worker("902", first)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        try await submit(client, untilSecondSegmentOf: other)
        await first.stop()
        if losesUploader { await uploader.die() }
        #expect(await uploader.storedSteps.isEmpty)

        let second = try await fixture.start(listen: first.endpoint, timeout: .milliseconds(1500))
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try await requireUsualResult(detail, client)
        #expect(report.generations == 2)
        #expect(report.workers == (losesUploader ? 1 : 2))
        let order = try #require(await other.received.firstIndex(of: "prepare 2"))
        let later = await other.received[order...]
        #expect(
            later.first { $0.hasPrefix("segment") } == (losesUploader ? "segment 0-5" : "segment 5-10"))
        await second.stop()
    }
}
