import Foundation
import Testing
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// Several jobs on one cluster, over real sockets. 5 steps a segment.
@Suite(.timeLimit(.minutes(1))) struct SharingTests {
    private func workers(
        _ count: Int, _ fixture: CoordinatorFixture, _ coordinator: RunningCoordinator, _ client: TestClient
    ) async throws {
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(50)
        for index in 0..<count {
            _ = try await fixture.worker("90\(index)", coordinator, behaviour: behaviour)
        }
        _ = try await eventually("registration") { try await client.workers().count == count ? true : nil }
    }

    private func submit(
        _ id: String, _ client: TestClient, epochs: Int, workers: WorkerRange, priority: Int = 0,
        by submitter: String = "ann"
    ) async throws {
        var (specification, contents) = TestClient.job(epochs: epochs, workers: workers)
        specification.priority = priority
        var message = try TestClient.message(id, specification, contents)
        message.submitter = submitter
        let missing = try await client.submit(message).missing
        for file in message.files where missing.contains(file.sha256) {
            try await client.upload(contents[file.path] ?? [], as: file.sha256)
        }
        _ = try await client.submit(message)
    }

    private func report(_ detail: JobDetail) throws -> JobReport {
        try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
    }

    @Test func `two jobs run at once on workers of their own`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        try await workers(3, fixture, coordinator, client)
        try await submit("job-1", client, epochs: 30, workers: WorkerRange(minimum: 2, maximum: 2))
        try await submit("job-2", client, epochs: 30, workers: WorkerRange(minimum: 1, maximum: 1))
        _ = try await eventually("both in training") {
            let states = [try await client.state("job-1"), try await client.state("job-2")]
            return states == ["training", "training"] ? true : nil
        }
        let (first, second) = (
            Set(try await client.detail("job-1").workerIDs), Set(try await client.detail("job-2").workerIDs)
        )
        #expect(first.count == 2 && second.count == 1 && first.isDisjoint(with: second))
        _ = try await client.wait(for: .done, of: "job-1")
        _ = try await client.wait(for: .done, of: "job-2")
        await coordinator.stop()
    }

    @Test func `an urgent job gets a running one's workers, which goes on afterwards where it stood`()
        async throws
    {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        try await workers(2, fixture, coordinator, client)
        let both = WorkerRange(minimum: 2, maximum: 2)
        try await submit("low", client, epochs: 30, workers: both)
        _ = try await client.wait(for: .training, of: "low")
        try await submit("urgent", client, epochs: 2, workers: both, priority: 5)
        let urgent = try await client.wait(for: .done, of: "urgent")
        #expect(try await client.state("low") != "done")
        let low = try await client.wait(for: .done, of: "low")
        #expect(try report(urgent).generations == 1)
        let report = try report(low)
        #expect(report.generations == 2)
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 150, by: 5).map { $0 })
        let log = try await client.log("low").map(\.message)
        #expect(log.contains { $0.contains("priority 5 for job urgent") })
        #expect(log.contains { $0.hasPrefix("Generation 2 starts from step") })
        await coordinator.stop()
    }

    @Test func `another submitter's job gets half of the workers`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        try await workers(4, fixture, coordinator, client)
        let any = WorkerRange(minimum: 1, maximum: 4)
        try await submit("ann-1", client, epochs: 60, workers: any, by: "ann")
        _ = try await eventually("four") {
            try await client.detail("ann-1").workerIDs.count == 4 ? true : nil
        }
        // The next of her own waits; another's does not.
        try await submit("ann-2", client, epochs: 1, workers: any, by: "ann")
        try await submit("bob-1", client, epochs: 20, workers: any, by: "bob")
        _ = try await client.wait(for: .training, of: "bob-1")
        #expect(try await client.state("ann-2") == "queued")
        _ = try await eventually("halves") {
            let sizes = [
                try await client.detail("ann-1").workerIDs.count,
                try await client.detail("bob-1").workerIDs.count,
            ]
            return sizes == [2, 2] ? true : nil
        }
        for id in ["bob-1", "ann-1", "ann-2"] { _ = try await client.wait(for: .done, of: id) }
        await coordinator.stop()
    }
}
