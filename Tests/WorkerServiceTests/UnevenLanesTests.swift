import Testing
import TrainingJobs
import WireProtocol

@testable import WorkerService

/// Lanes that move between the same members, to the point where one has none at all.
@Suite(.serialized) struct UnevenLanesTests {
    private static let all = Array(0..<WorkerFixture.laneCount)

    private func checkpoint(
        _ fixture: WorkerFixture, _ ids: [String], _ specification: JobSpecification, job: String,
        shares: [[[Int]]]
    ) async throws -> SegmentDone {
        var done: [SegmentDone] = []
        for (index, share) in shares.enumerated() {
            let script = JobScript(
                fixture: fixture, specification: specification, jobID: job, workerIDs: ids,
                generation: index + 1, shares: share)
            let prepared = try await script.prepare(startStep: 3 * index, heldLimit: 100)
            #expect(prepared.allSatisfy { $0.failure == nil && $0.heldStep == 3 * index })
            _ = try await script.extract()
            done = try await script.run(from: 3 * index, to: 3 * index + 3, resuming: 3 * index)
            for report in done {
                let rank = try #require(ids.firstIndex(of: report.workerID))
                let timings = try #require(report.timings)
                // A step that is run again counts again.
                #expect(timings.microBatches >= 3 * share[rank].count)
                #expect((timings.microBatches == 0) == share[rank].isEmpty)
                #expect(timings.laneSeconds > 0 && timings.laneSeconds <= timings.computeSeconds)
            }
            #expect(done.evaluation[4] == WorkerFixture.validationCount)
            try await script.release(hold: index < shares.count - 1)
        }
        return try #require(done.rankZero)
    }

    @Test(arguments: [
        WorkerFixture.specification(.fineTuning, epochs: 4),
        WorkerFixture.specification(.featureExtraction, epochs: 4),
    ])
    func `whoever runs a lane, the bits are the same`(specification: JobSpecification) async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a", "b"]) { ids in
            let (all, last) = (Self.all, Self.all.count - 1)
            let alone = try await checkpoint(
                fixture, [ids[0]], specification, job: "alone", shares: Array(repeating: [all], count: 4))
            let moved = try await checkpoint(
                fixture, ids, specification, job: "moved",
                shares: [
                    [Array(all[..<1]), Array(all[1...])], [all, []], [[], all],
                    [Array(all[..<last]), Array(all[last...])],
                ])
            #expect(alone.endStep == 12 && moved.endStep == 12)
            #expect(moved.checkpoint?.sha256 == alone.checkpoint?.sha256)
            #expect(moved.steps == alone.steps)
        }
        await fixture.shutdown()
    }
}
