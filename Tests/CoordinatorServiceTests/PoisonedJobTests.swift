import Foundation
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// A job that kills whoever runs it.
@Suite(.timeLimit(.minutes(1))) struct PoisonedJobTests {
    @Test func `it is failed after three workers, and another job goes on untouched`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start(timeout: .milliseconds(1500))
        let client = try await fixture.client(coordinator)
        var healthy = FakeWorker.Behaviour()
        healthy.segmentTime = .milliseconds(50)
        _ = try await fixture.worker("900", coordinator, behaviour: healthy)
        let (long, contents) = TestClient.job(epochs: 5000, workers: WorkerRange(minimum: 1, maximum: 1))
        try await client.submit("well", long, contents)
        _ = try await client.wait(for: .training, of: "well")

        var dying = FakeWorker.Behaviour()
        dying.diesAtStep = 10
        for id in ["901", "902", "903", "904"] {
            _ = try await fixture.worker(id, coordinator, behaviour: dying)
        }
        _ = try await eventually("registration") { try await client.workers().count == 5 ? true : nil }
        let (poison, _) = TestClient.job(epochs: 4, workers: WorkerRange(minimum: 1, maximum: 1))
        try await client.submit("poison", poison, contents)
        let failed = try #require(try await client.wait(for: .failed, of: "poison").summary)
        #expect(failed.message.contains("lost a worker in 3 generations in a row"))
        #expect(failed.message.contains("further than step 5"))
        // Three, not the fourth.
        #expect(try await client.workers().map(\.state).sorted() == ["busy", "idle", "lost", "lost", "lost"])

        let well = try await client.detail("well")
        #expect(well.summary?.state == "training")
        #expect(
            try CanonicalJSON.decode(JobReport.self, from: well.reportJSON).generations == 1)
        await coordinator.stop()
    }
}
