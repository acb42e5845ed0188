import FeatureCache
import Foundation
import PretrainedBackbones
import Testing
import TrainingDatasets
import TrainingJobs
import WireProtocol

@testable import WorkerService

@Suite(.serialized) struct JobTests {
    @Test(arguments: [TechniqueKind.featureExtraction, .fineTuning, .fromScratch])
    func aJobGivesTheSameBitsOnOneTwoAndThreeWorkers(kind: TechniqueKind) async throws {
        let fixture = try await WorkerFixture()
        let specification = WorkerFixture.specification(kind)
        var checkpoints: [String] = []
        var evaluations: [[Int]] = []
        let hasFillerRows =
            (try BertEncoder.load(folder: WorkerFixture.tinyBERT).rowAlignment ?? 1) > 1
        for count in 1...3 {
            let names = (0..<count).map { "size\(count)-\($0)" }
            try await fixture.withWorkers(names, cache: "cache-\(count)") { ids in
                let script = JobScript(
                    fixture: fixture, specification: specification, jobID: "job-\(count)", workerIDs: ids)
                for prepared in try await script.prepare() {
                    #expect(prepared.failure == nil && prepared.problems.isEmpty)
                    #expect(prepared.trainableParameterCount > 0)
                }
                let extracted = try await script.extract()
                if kind != .fromScratch {
                    #expect(extracted.reduce(0) { $0 + $1.samples } == 59)
                    #expect(extracted.allSatisfy { $0.cacheHits == 0 })
                    #expect(extracted.allSatisfy { ($0.paddedTokens > 0) == hasFillerRows })
                }
                let done = try await script.run(to: 6)
                let rankZero = try #require(done.rankZero)
                #expect(rankZero.steps.map(\.step) == Array(0..<6))
                #expect(done.allSatisfy { $0.timings?.exchangedBytes ?? 0 > 0 || count == 1 })
                await fixture.coordinator.note(rankZero.checkpoint?.sha256 ?? "", done.evaluation)
            }
        }
        (checkpoints, evaluations) = await fixture.coordinator.notes
        #expect(checkpoints.count == 3 && Set(checkpoints).count == 1)
        #expect(Set(evaluations).count == 1)
        #expect(evaluations.first?[4] == WorkerFixture.validationCount)
        await fixture.shutdown()
    }

    @Test func equalTextsAreComputedOnceAndAreNoHits() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { ids in
            let script = JobScript(
                fixture: fixture, specification: WorkerFixture.specification(.featureExtraction),
                jobID: "job", workerIDs: ids)
            var order = try await fixture.preparations(
                script.specification, jobID: "job", workerIDs: ids)[0]
            // The second part of a lane holds the texts of the first once more.
            let lane = WorkerFixture.samples(.train).filter { $0.index % WorkerFixture.laneCount == 0 }
            let repeated = lane.enumerated().map { place, sample in
                Sample(
                    index: sample.index, payload: lane[place % 3].payload, label: lane[place % 3].label)
            }
            let blob = try fixture.coordinator.store.addBytes(ShardCodec.encode(Array(repeated.dropFirst(3))))
            let place = try #require(
                order.shards.firstIndex { $0.lane == 0 && $0.split == "train" && $0.part == 1 })
            order.shards[place].sha256 = blob.sha256
            order.shards[place].size = blob.size
            try await fixture.coordinator.command(.prepareJob(order), to: ids[0])
            _ = try await fixture.coordinator.report {
                if case .jobPrepared(let report) = $0, report.failure == nil { report } else { nil }
            }
            let extracted = try await script.extract()[0]
            #expect(extracted.samples == WorkerFixture.trainCount + WorkerFixture.validationCount)
            #expect(extracted.cacheHits == 0)
            #expect(extracted.backboneForwards <= extracted.samples - (lane.count - 3))
        }
        await fixture.shutdown()
    }

    @Test func cachedFeaturesAndBlobsServeTheNextJob() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { ids in
            let specification = WorkerFixture.specification(.fineTuning)
            let first = JobScript(
                fixture: fixture, specification: specification, jobID: "first", workerIDs: ids)
            _ = try await first.prepare()
            let extracted = try await first.extract()[0]
            #expect(extracted.backboneForwards > 0 && extracted.tokens > extracted.backboneForwards)
            let firstDone = try await first.run(to: 3)
            try await first.release()

            let chunksBefore = await fixture.coordinator.chunkRequests
            let second = JobScript(
                fixture: fixture, specification: specification, jobID: "second", workerIDs: ids)
            _ = try await second.prepare()
            let again = try await second.extract()[0]
            #expect(again.backboneForwards == 0 && again.cacheHits == extracted.backboneForwards)
            #expect(extracted.cacheHits == 0 && again.samples == extracted.samples)
            #expect(await fixture.coordinator.chunkRequests == chunksBefore)
            let secondDone = try await second.run(to: 3)
            #expect(firstDone.rankZero?.checkpoint?.sha256 == secondDone.rankZero?.checkpoint?.sha256)
        }
        await fixture.shutdown()
    }

    @Test func featuresBeyondTheLimitGoWhenTheJobDoes() async throws {
        let fixture = try await WorkerFixture()
        let features = fixture.folder.appendingPathComponent("a/features")
        try await fixture.withWorkers(["a"], cacheLimit: 100) { ids in
            let script = JobScript(
                fixture: fixture, specification: WorkerFixture.specification(.fineTuning), jobID: "job",
                workerIDs: ids)
            _ = try await script.prepare()
            #expect(try await script.extract()[0].bytes > 100)
            #expect(try await script.run(to: 2).count == 1)
            let store = try FeatureStore(directory: features)
            #expect(store.totalBytes() > 100)
            try await script.release()
            try await fixture.coordinator.until("room in the cache") { store.totalBytes() == 0 }
        }
        await fixture.shutdown()
    }

    @Test func featuresBeyondTheLimitGoWhenAWorkerStarts() async throws {
        let fixture = try await WorkerFixture()
        let features = fixture.folder.appendingPathComponent("a/features")
        try FileManager.default.createDirectory(at: features, withIntermediateDirectories: true)
        try Data(count: 500).write(to: features.appendingPathComponent("x.features"))
        try await fixture.withWorkers(["a"], cacheLimit: 100) { _ in
            let store = try FeatureStore(directory: features)
            #expect(store.totalBytes() == 0)
        }
        await fixture.shutdown()
    }

    @Test func theNextGenerationGoesOnFromTheCheckpoint() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a", "b"], cache: "shared") { ids in
            let specification = WorkerFixture.specification(.fineTuning)
            var script = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: ids)
            _ = try await script.prepare()
            _ = try await script.extract()
            let half = try #require(try await script.run(to: 3).rankZero?.checkpoint)
            let whole = try await script.run(segment: 1, from: 3, to: 6)

            script.generation = 2
            let alone = JobScript(
                fixture: fixture, specification: specification, jobID: "job", workerIDs: [ids[1]],
                generation: 2)
            let prepared = try await alone.prepare(
                checkpoint: FileReference(
                    path: "checkpoint.safetensors", sha256: half.sha256, size: half.size), startStep: 3)
            #expect(prepared[0].failure == nil)
            _ = try await alone.extract()
            let rest = try await alone.run(from: 3, to: 6)
            #expect(rest.rankZero?.checkpoint?.sha256 == whole.rankZero?.checkpoint?.sha256)
            #expect(rest.evaluation == whole.evaluation)
        }
        await fixture.shutdown()
    }

    @Test func evaluationAndExportUseTheCheckpointTheyAreGiven() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { ids in
            let script = JobScript(
                fixture: fixture, specification: WorkerFixture.specification(.featureExtraction),
                jobID: "job",
                workerIDs: ids)
            _ = try await script.prepare()
            _ = try await script.extract()
            let early = try await script.run(to: 1)
            let late = try await script.run(segment: 1, from: 1, to: 6)
            #expect(early.evaluation != late.evaluation)

            let coordinator = fixture.coordinator
            let checkpoint = early.rankZero?.checkpoint
            try await coordinator.command(
                .evaluateModel(
                    EvaluateModel(jobID: "job", generation: 1, split: "validation", checkpoint: checkpoint)),
                to: ids[0])
            let evaluated = try await coordinator.report {
                if case .modelEvaluated(let r) = $0 { r } else { nil }
            }
            #expect(evaluated.evaluation == early[0].evaluation)

            try await coordinator.command(
                .exportModel(ExportModel(jobID: "job", generation: 1, checkpoint: checkpoint)), to: ids[0])
            let exported = try await coordinator.report {
                if case .modelExported(let r) = $0 { r } else { nil }
            }
            #expect(exported.files.map(\.path) == ["config.json", "model.safetensors", "vocab.txt"])
            for file in exported.files { #expect(coordinator.store.contains(file.sha256)) }

            // The present state is as it was: training would go on.
            try await coordinator.command(
                .evaluateModel(EvaluateModel(jobID: "job", generation: 1, split: "validation")), to: ids[0])
            let present = try await coordinator.report {
                if case .modelEvaluated(let r) = $0 { r } else { nil }
            }
            #expect(present.evaluation == late[0].evaluation)
        }
        await fixture.shutdown()
    }
}

extension FakeCoordinator {
    func note(_ checkpoint: String, _ evaluation: [Int]) {
        notes.0.append(checkpoint)
        notes.1.append(evaluation)
    }
}
