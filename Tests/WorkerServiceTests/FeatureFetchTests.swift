import FeatureCache
import Foundation
import Testing
import TrainingDatasets
import TrainingJobs
import WireProtocol

@testable import WorkerService

/// Workers with caches of their own, as on several hosts.
@Suite(.serialized, .timeLimit(.minutes(2))) struct FeatureFetchTests {
    private func withGenerations(
        _ body: @Sendable (_ first: JobScript, _ second: JobScript, _ expected: String) async throws -> Void
    ) async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a", "b"]) { ids in
            let specification = WorkerFixture.specification(.fineTuning)
            let first = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: ids)
            _ = try await first.prepare()
            let extracted = try await first.extract()
            #expect(extracted.allSatisfy { $0.fetched == 0 && $0.cacheHits == 0 && $0.backboneForwards > 0 })
            let done = try await first.run(to: 3)
            let expected = try #require(done.rankZero?.checkpoint?.sha256)
            // The other way round, each gets the lanes of the other.
            let second = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: ids.reversed(),
                generation: 2)
            try await body(first, second, expected)
        }
        await fixture.shutdown()
    }

    @Test func lanesThatMoveBringTheirFeatures() async throws {
        try await withGenerations { _, second, expected in
            _ = try await second.prepare()
            let extracted = try await second.extract()
            #expect(extracted.allSatisfy { $0.backboneForwards == 0 && $0.cacheHits == 0 })
            #expect(extracted.reduce(0) { $0 + $1.fetched } == 59)
            #expect(try await second.run(to: 3).rankZero?.checkpoint?.sha256 == expected)
            // What was fetched is the worker's own from now on.
            try await second.release()
            var third = second
            third.generation = 3
            _ = try await third.prepare()
            let again = try await third.extract()
            #expect(again.allSatisfy { $0.backboneForwards == 0 && $0.fetched == 0 })
            #expect(again.reduce(0) { $0 + $1.cacheHits } == 59)
        }
    }

    /// The giver does not look at what it sends; the taker does.
    @Test func aBitThatFlippedAtTheGiverIsNoticedAndTheSampleComputed() async throws {
        try await withGenerations { first, second, expected in
            for name in ["a", "b"] {
                let cache = first.fixture.folder.appendingPathComponent("\(name)/features")
                let segment = try #require(
                    try FileManager.default.contentsOfDirectory(atPath: cache.path)
                        .first { $0.hasSuffix(".features") })
                let url = cache.appendingPathComponent(segment)
                var bytes = try Data(contentsOf: url)
                bytes[100] ^= 1
                try bytes.write(to: url)
            }
            _ = try await second.prepare()
            let extracted = try await second.extract()
            #expect(extracted.map(\.backboneForwards) == [1, 1])
            #expect(extracted.reduce(0) { $0 + $1.fetched } == 57)
            #expect(try await second.run(to: 3).rankZero?.checkpoint?.sha256 == expected)
        }
    }

    @Test func whatADyingGenerationHadComputedIsKept() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { ids in
            let specification = WorkerFixture.specification(.featureExtraction)
            var script = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: ids)
            let samples = (0..<40_000).map { index in
                let words = (0..<8).map { WorkerFixture.words[(index / [1, 26, 676, 17_576][$0 % 4]) % 26] }
                return Sample(
                    index: index * WorkerFixture.laneCount,
                    text: "w26 \(words.joined(separator: " "))", label: 0)
            }
            let blob = try fixture.coordinator.store.addBytes(ShardCodec.encode(samples))
            func prepare() async throws {
                var order = try await fixture.preparations(
                    specification, jobID: "job", generation: script.generation, workerIDs: ids)[0]
                order.shards = [
                    ShardReference(
                        task: 0, split: "train", lane: 0, part: 0, samples: samples.count,
                        sha256: blob.sha256, size: blob.size)
                ]
                try await fixture.coordinator.command(.prepareJob(order), to: ids[0])
                let prepared = try await fixture.coordinator.report {
                    if case .jobPrepared(let report) = $0 { report } else { nil }
                }
                #expect(prepared.failure == nil)
            }
            try await prepare()
            try await fixture.coordinator.command(
                .extractFeatures(ExtractFeatures(jobID: "job", generation: 1)), to: ids[0])
            try await fixture.coordinator.untilProgress(in: "extracting")
            try await script.release()
            script.generation = 2
            try await prepare()
            let extracted = try await script.extract()[0]
            #expect(extracted.cacheHits > 0)
            #expect(extracted.cacheHits + extracted.backboneForwards == samples.count)
            #expect(extracted.backboneForwards > 0, "the first extraction had ended before it was stopped")
        }
        await fixture.shutdown()
    }
}
