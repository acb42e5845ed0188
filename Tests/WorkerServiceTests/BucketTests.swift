import Testing
import TrainingJobs
import WireProtocol

@testable import WorkerService

/// Sums that are exchanged in parts, on a thread of their own, while others are computed.
@Suite(.serialized) struct BucketTests {
    /// Elements: the fixture's jobs have several parts.
    static let small = 500

    private func withWorkers(
        _ names: [String], bucketElements: Int?, peerTimeout: Duration = .seconds(10),
        _ body: @Sendable (WorkerFixture, [String]) async throws -> Void
    ) async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(names, peerTimeout: peerTimeout, bucketElements: bucketElements) {
            try await body(fixture, $0)
        }
        await fixture.shutdown()
    }

    private func checkpoint(
        _ specification: JobSpecification, workers: Int, bucketElements: Int?
    ) async throws -> String {
        let (checkpoints, source) = AsyncStream.makeStream(of: String.self)
        try await withWorkers((0..<workers).map { "w\($0)" }, bucketElements: bucketElements) {
            fixture, ids in
            let script = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: ids)
            _ = try await script.prepare()
            _ = try await script.extract()
            let done = try #require(try await script.run(to: 6).rankZero)
            source.yield(try #require(done.checkpoint).sha256)
        }
        source.finish()
        var all = checkpoints.makeAsyncIterator()
        return try #require(await all.next())
    }

    @Test(arguments: [TechniqueKind.fineTuning, .fromScratch])
    func `parts give the same bits as one exchange, on any number of workers`(
        kind: TechniqueKind
    ) async throws {
        let specification = WorkerFixture.specification(kind)
        let whole = try await checkpoint(specification, workers: 2, bucketElements: nil)
        for workers in 1...3 {
            #expect(
                try await checkpoint(specification, workers: workers, bucketElements: Self.small) == whole)
        }
    }

    @Test(arguments: [GradientExchange.fast, .fastBF16])
    func `parts give the same weights on all members of a fast job`(exchange: GradientExchange) async throws {
        var specification = WorkerFixture.specification(.fromScratch)
        specification.training.exchange = exchange
        try await withWorkers(["a", "b", "c"], bucketElements: Self.small) { [specification] fixture, ids in
            let script = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: ids)
            _ = try await script.prepare()
            _ = try await script.extract()
            _ = try await script.run(to: 6)
            var states: Set<String> = []
            for id in ids { states.insert(try #require(try await script.handIn(id).checkpoint).sha256) }
            #expect(states.count == 1)
        }
    }

    /// The peer was never told to train: the exchange's thread finds out.
    @Test func `a peer that never sends is named`() async throws {
        try await withWorkers(["a", "b"], bucketElements: Self.small, peerTimeout: .milliseconds(100)) {
            fixture, ids in
            let script = JobScript(
                fixture: fixture, specification: WorkerFixture.specification(.fineTuning), jobID: "job",
                workerIDs: ids)
            _ = try await script.prepare()
            _ = try await script.extract()
            try await script.start(to: 3, only: [ids[0]])
            let failed = try await script.failure()
            #expect(failed.workerID == ids[0])
            #expect(failed.lostWorkerID == ids[1])
        }
    }

    /// A generation that ends in the middle of an exchange leaves the state after the last finished step.
    @Test func `a step that was being exchanged is forgotten whole`() async throws {
        let specification = WorkerFixture.specification(.fineTuning, epochs: 1_000_000)
        try await withWorkers(["a", "b"], bucketElements: Self.small) { fixture, ids in
            let first = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: ids)
            _ = try await first.prepare()
            _ = try await first.extract()
            _ = try await first.run(to: 4)
            // One goes on alone, and waits for the other.
            try await first.start(segment: 1, from: 4, to: 9, only: [ids[0]])
            try await fixture.coordinator.untilHeartbeats(4)
            try await first.release(hold: true)
            let second = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: [ids[0]],
                generation: 2)
            #expect(try await second.prepare(heldLimit: 1_000_000).map(\.heldStep) == [4])
            _ = try await second.extract()
            let done = try #require(try await second.run(to: 9, resuming: 4).rankZero)
            try await second.release()
            let other = JobScript(
                fixture: fixture, specification: specification, jobID: "undisturbed", workerIDs: [ids[1]])
            _ = try await other.prepare()
            _ = try await other.extract()
            let whole = try #require(try await other.run(to: 9).rankZero)
            #expect(done.checkpoint?.sha256 == whole.checkpoint?.sha256)
        }
    }
}
