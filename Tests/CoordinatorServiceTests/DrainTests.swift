import Foundation
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Hosts and workers that are emptied, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    private func drain(_ client: TestClient, _ target: String, undo: Bool = false) async throws
        -> [WorkerSummary]
    {
        let request = WireBody.drainWorkers(DrainWorkers(target: target, undo: undo))
        guard case .workerList(let list) = try await client.channel.request(request) else { return [] }
        return list.workers
    }

    private func states(_ client: TestClient) async throws -> [String] {
        try await client.workers().map(\.state)
    }

    @Test func `a job goes on without a drained worker, which gets no other`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(60)
        let stays = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let goes = try await fixture.worker("902", coordinator, behaviour: behaviour)
        _ = try await eventually("registration") { try await client.workers().count == 2 ? true : nil }
        let (specification, contents) = TestClient.job(epochs: 10)
        try await client.submit("job-1", specification, contents)
        _ = try await client.wait(for: .training, of: "job-1")

        #expect(try await drain(client, "name-902").map(\.state) == ["draining"])
        _ = try await eventually("emptiness") { try await states(client)[1] == "drained" ? true : nil }
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.generations == 2 && report.workers == 1)
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 50, by: 5).map { $0 })
        // No segment was run by one generation and again by the next.
        let segments = await stays.received.filter { $0.hasPrefix("segment") }
        #expect(Set(segments).count == segments.count)

        // It may still be told that the job whose state it holds has ended.
        let before = await goes.received.filter { !$0.hasPrefix("release") }
        let (short, _) = TestClient.job(epochs: 1)
        try await client.submit("job-2", short, contents)
        _ = try await client.wait(for: .done, of: "job-2")
        #expect(await goes.received.filter { !$0.hasPrefix("release") } == before)
        #expect(try await drain(client, "902", undo: true).map(\.state) == ["drained"], "another target")
        #expect(try await drain(client, "name-902", undo: true).map(\.state) == ["idle"])
        await coordinator.stop()
    }

    @Test func `a drained host stays so over restarts, and its job waits`() async throws {
        let fixture = try CoordinatorFixture()
        let first = try await fixture.start()
        let client = try await fixture.client(first)
        let worker = try await fixture.worker("901", first)
        _ = try await eventually("registration") { try await client.workers().count == 1 ? true : nil }
        #expect(try await drain(client, "test").map(\.state) == ["drained"])
        let (specification, contents) = TestClient.job(epochs: 1)
        try await client.submit("job-1", specification, contents)
        await first.stop()

        let second = try await fixture.start(listen: first.endpoint)
        await worker.die()
        _ = try await fixture.worker("903", second)
        _ = try await eventually("registration") {
            try await client.workers().contains { $0.name == "name-903" } ? true : nil
        }
        #expect(try await states(client) == ["drained", "drained"])
        _ = try await client.wait(for: .queued, of: "job-1")
        _ = try await drain(client, "test", undo: true)
        _ = try await client.wait(for: .done, of: "job-1")
        await second.stop()
    }

    @Test func `a name that nobody has is refused`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let request = WireBody.drainWorkers(DrainWorkers(target: "nowhere"))
        let refusal = try #require(try await client.refusal(of: request))
        #expect(refusal.code == "unknown-worker" && refusal.message.contains("graft workers"))
        await coordinator.stop()
    }
}
