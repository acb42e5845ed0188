import Testing
import TrainingJobs
import WireProtocol

@testable import WorkerService

/// Jobs whose sums are not exact: members still hold the same weights, whatever came before.
@Suite(.serialized) struct FastExchangeTests {
    private static func specification(_ exchange: GradientExchange) -> JobSpecification {
        var specification = WorkerFixture.specification(.fineTuning, epochs: 1_000_000)
        specification.training.exchange = exchange
        return specification
    }

    private func withWorkers(
        _ names: [String], _ body: @Sendable (WorkerFixture, [String]) async throws -> Void
    ) async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(names) { ids in try await body(fixture, ids) }
        await fixture.shutdown()
    }

    private func script(
        _ fixture: WorkerFixture, _ ids: [String], _ exchange: GradientExchange, generation: Int = 1
    ) -> JobScript {
        JobScript(
            fixture: fixture, specification: Self.specification(exchange), jobID: "job", workerIDs: ids,
            generation: generation)
    }

    /// The hash of every member's state.
    private func states(_ script: JobScript) async throws -> [String] {
        var states: [String] = []
        for id in script.workerIDs {
            states.append(try #require(try await script.handIn(id).checkpoint).sha256)
        }
        return states
    }

    @Test(arguments: [GradientExchange.fast, .fastBF16], 1...3)
    func `all members hold the same weights`(exchange: GradientExchange, count: Int) async throws {
        try await withWorkers((0..<count).map { "w\($0)" }) { fixture, ids in
            let script = script(fixture, ids, exchange)
            _ = try await script.prepare()
            _ = try await script.extract()
            let done = try await script.run(to: 6)
            #expect(done.rankZero?.steps.map(\.step) == Array(0..<6))
            let states = try await states(script)
            #expect(states.count == count && Set(states).count == 1)
        }
    }

    /// One worker alone and two others have come to the same step by other sums, as where a member that was lost
    /// returns.
    @Test(arguments: [GradientExchange.fast, .fastBF16])
    func `members that stand at one step with other weights agree on one state`(
        exchange: GradientExchange
    ) async throws {
        try await withWorkers(["a", "b", "c"]) { fixture, ids in
            for (generation, members) in [(1, [ids[0]]), (2, [ids[1], ids[2]])] {
                let script = script(fixture, members, exchange, generation: generation)
                _ = try await script.prepare()
                _ = try await script.extract()
                _ = try await script.run(to: 4)
                try await script.release(hold: true)
            }
            let script = script(fixture, [ids[0], ids[1]], exchange, generation: 3)
            let prepared = try await script.prepare(heldLimit: 1_000_000)
            #expect(prepared.map(\.heldStep) == [4, 4])
            _ = try await script.extract()
            #expect(Set(try await states(script)).count == 2, "the sums were the same: nothing is tested")
            let state = try await script.handIn(ids[1]).checkpoint
            _ = try await script.run(to: 7, resuming: 4, state: state)
            try await script.release(hold: true)
            // A member hands in once a generation.
            let last = self.script(fixture, [ids[0], ids[1]], exchange, generation: 4)
            let held = try await last.prepare(checkpoint: state, startStep: 4, heldLimit: 1_000_000)
            #expect(held.map(\.heldStep) == [7, 7])
            #expect(Set(try await states(last)).count == 1)
        }
    }
}
