import ContentStore
import Foundation
import JobScheduling
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Bits that flip on the coordinator's disk: noticed, said, and made good where they can be.
@Suite(.timeLimit(.minutes(1))) struct DamagedBlobTests {
    private let fixture: CoordinatorFixture
    private let store: BlobStore

    init() throws {
        fixture = try CoordinatorFixture()
        store = try BlobStore(directory: fixture.stateDirectory.appendingPathComponent("blobs"))
    }

    private func planned(_ client: TestClient) async throws {
        _ = try await eventually("planning") {
            try await client.log("job-1").contains { $0.message.contains("data is read") } ? true : nil
        }
    }

    @Test func `a damaged checkpoint sends the job to the one before, and its result is the same`()
        async throws
    {
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(60)
        let first = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job(epochs: 8)
        try await client.submit("job-1", specification, contents)
        _ = try await eventually("some checkpoints") { await first.storedSteps.count >= 4 ? true : nil }
        _ = try await client.channel.request(.pauseJob(PauseJob(jobID: "job-1")))
        // What it has sent may still arrive.
        await first.die()
        try await Task.sleep(for: .milliseconds(300))
        let step = try #require(try await client.detail("job-1").summary?.progressDone)
        let damaged = FileHasher.sha256(of: Array("checkpoint of job-1 at step \(step)".utf8))
        try Damage.flipBit(in: store.url(for: damaged))

        let second = try await fixture.worker("902", coordinator)
        _ = try await client.channel.request(.resumeJob(ResumeJob(jobID: "job-1")))
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 40, by: 5).map { $0 })
        #expect(report.best?.step == 10)
        let model = try #require(detail.resultFiles.first { $0.path == "model.safetensors" })
        #expect(
            String(decoding: try await client.fetch(model.sha256), as: UTF8.self)
                == "model from checkpoint of job-1 at step 10")
        #expect(await second.received.first { $0.hasPrefix("segment") } == "segment \(step - 5)-\(step)")
        let log = try await client.log("job-1")
        #expect(
            log.contains {
                $0.level == "warning" && $0.message.contains("from step \(step) to step \(step - 5)")
            })
        await coordinator.stop()
    }

    @Test func `a damaged shard is made anew`() async throws {
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        try await planned(client)
        let inputs = Set(TestClient.references(contents).map(\.sha256))
        let shards = try store.blobs().map(\.sha256).filter { !inputs.contains($0) }
        for shard in shards { try Damage.flipBit(in: store.url(for: shard)) }
        _ = try await fixture.worker("901", coordinator)
        _ = try await client.wait(for: .done, of: "job-1")
        #expect(try await client.log("job-1").contains { $0.message.contains("made anew") })
        await coordinator.stop()
    }

    @Test func `a damaged backbone fails the job that needs it, and is sent again with the next`()
        async throws
    {
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job()
        try await client.submit("job-1", specification, contents)
        try await planned(client)
        let weights = FileHasher.sha256(of: contents["backbone/model.safetensors"] ?? [])
        try Damage.flipBit(in: store.url(for: weights))
        _ = try await fixture.worker("901", coordinator)
        let failed = try await client.wait(for: .failed, of: "job-1")
        #expect(failed.summary?.message.contains("backbone/model.safetensors") == true)
        #expect(try await client.refusal(of: .retryJob(RetryJob(jobID: "job-1")))?.code == "retry-impossible")
        let again = try await client.submit(try TestClient.message("job-2", specification, contents))
        #expect(again.missing == [weights])
        try await client.submit("job-2", specification, contents)
        _ = try await client.wait(for: .done, of: "job-2")
        await coordinator.stop()
    }

    @Test func `data that is damaged before it is read is named`() throws {
        let (specification, contents) = TestClient.job()
        for (_, bytes) in contents { try store.addBytes(bytes) }
        let data = FileHasher.sha256(of: contents["tasks/reviews/test.csv"] ?? [])
        try Damage.flipBit(in: store.url(for: data))
        let planning = DatasetPlanning(
            specification: specification, files: TestClient.references(contents), blobs: store)
        let failure = #expect(throws: JobFailure.self) { _ = try planning.planBlocking() }
        #expect(failure?.code == "damaged-blob")
        #expect(failure?.message.contains("tasks/reviews/test.csv") == true)
        #expect(!store.contains(data), "so that it is sent again")
    }
}
