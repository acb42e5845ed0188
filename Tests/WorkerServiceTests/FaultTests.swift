import ContentStore
import Foundation
import Testing
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

@testable import WorkerService

@Suite(.serialized) struct FaultTests {
    private func withJob(
        _ names: [String] = ["a"],
        _ specification: JobSpecification = WorkerFixture.specification(.fineTuning),
        peerTimeout: Duration = .seconds(10), _ body: @Sendable (JobScript) async throws -> Void
    ) async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(names, peerTimeout: peerTimeout) { ids in
            try await body(
                JobScript(fixture: fixture, specification: specification, jobID: "job", workerIDs: ids))
        }
        await fixture.shutdown()
    }

    @Test func aRepeatedCommandIsReportedAgainAndNotRunAgain() async throws {
        try await withJob { script in
            _ = try await script.prepare()
            _ = try await script.extract()
            let first = try await script.run(to: 3)
            try await script.start(to: 3)
            let again = try await script.done(segment: 0)
            let reported = first.map { done in
                var done = done
                done.checkpoint = nil
                return done
            }
            #expect(reported == Array(again.values))
            let next = try await script.run(segment: 1, from: 3, to: 4)
            #expect(next.first?.endStep == 4)
        }
    }

    @Test func aReleaseEndsALongSegmentAtOnce() async throws {
        let long = WorkerFixture.specification(.fineTuning, epochs: 1_000_000)
        try await withJob(["a", "b"], long) { script in
            _ = try await script.prepare()
            _ = try await script.extract()
            try await script.start(to: 1_000_000)
            try await script.coordinator.untilHeartbeats(10)
            #expect(await script.coordinator.heartbeats.last?.activity == "training")
            try await script.release()
            let start = ContinuousClock.now
            let next = JobScript(
                fixture: script.fixture, specification: WorkerFixture.specification(.featureExtraction),
                jobID: "next", workerIDs: script.workerIDs)
            _ = try await next.prepare()
            #expect(start.duration(to: .now) < .seconds(5))
            _ = try await next.extract()
            #expect(try await next.run(to: 2).count == 2)
        }
    }

    @Test func aLossThatIsNotANumberEndsTheJobWithAdvice() async throws {
        let wild = WorkerFixture.specification(
            .fineTuning, optimizer: .init(kind: .sgd, learningRate: 1e38), epochs: 20)
        try await withJob(["a"], wild) { script in
            _ = try await script.prepare()
            _ = try await script.extract()
            try await script.start(to: 40)
            let failed = try await script.failure()
            #expect(failed.failure?.code == "nan_loss")
            #expect(failed.failure?.message.contains("learning rate") == true)
            #expect(failed.lostWorkerID.isEmpty)
        }
    }

    /// The peer was never told to train: it answers, but sends nothing.
    @Test func aPeerThatNeverSendsIsNamed() async throws {
        try await withJob(["a", "b"], peerTimeout: .milliseconds(100)) { script in
            _ = try await script.prepare()
            _ = try await script.extract()
            try await script.start(to: 3, only: [script.workerIDs[0]])
            let failed = try await script.failure()
            #expect(failed.workerID == script.workerIDs[0])
            #expect(failed.lostWorkerID == script.workerIDs[1])
        }
    }

    @Test func aPeerThatCannotBeReachedIsAProblemOfPreparation() async throws {
        try await withJob(["a"], peerTimeout: .seconds(1)) { script in
            let orders = try await script.fixture.preparations(
                script.specification, jobID: "job", workerIDs: [script.workerIDs[0], "nobody"])
            try await script.coordinator.command(.prepareJob(orders[0]), to: script.workerIDs[0])
            let prepared = try await script.coordinator.report {
                if case .jobPrepared(let report) = $0 { report } else { nil }
            }
            #expect(prepared.failure == nil)
            #expect(prepared.problems.map(\.toEndpoint) == ["tcp://127.0.0.1:9"])
        }
    }

    @Test func damagedFeaturesAreComputedAgainAndTheJobsLogSaysSo() async throws {
        try await withJob { script in
            _ = try await script.prepare()
            let first = try await script.extract()[0]
            let done = try await script.run(to: 3)
            try await script.release()
            let cache = script.fixture.folder.appendingPathComponent("a/features")
            let segments = try FileManager.default.contentsOfDirectory(atPath: cache.path)
                .filter { $0.hasSuffix(".features") }
            #expect(segments.count == 1)
            let url = cache.appendingPathComponent(segments[0])
            var bytes = try Data(contentsOf: url)
            bytes[100] ^= 1
            try bytes.write(to: url)

            let next = JobScript(
                fixture: script.fixture, specification: script.specification, jobID: "next",
                workerIDs: script.workerIDs)
            _ = try await next.prepare()
            let second = try await next.extract()[0]
            #expect(second.backboneForwards == first.backboneForwards && second.cacheHits == first.cacheHits)
            let line = try #require(await script.coordinator.logLines.last)
            #expect(line.message.contains(segments[0]) && line.jobID == "next")
            let again = try await next.run(to: 3)
            #expect(again.rankZero?.checkpoint?.sha256 == done.rankZero?.checkpoint?.sha256)
        }
    }

    /// A repeat would be another line in the job's log.
    @Test func aLogLineIsSentOnceThoughNobodyAnswers() async throws {
        let fixture = try await WorkerFixture()
        await fixture.coordinator.ignoreLogLines()
        let connection = try await fixture.context.connectDealer(to: fixture.coordinator.endpoint)
        let link = CoordinatorLink(
            channel: RequestChannel(connection: connection), logger: WorkerFixture.logger)
        await link.log(.warning, "a\0b", workerID: "w", jobID: "job")
        #expect(await fixture.coordinator.logLines.map(\.message) == ["a\u{FFFD}b"])
        await fixture.shutdown()
    }

    @Test func aBrokenBackboneIsAFailureOfPreparation() async throws {
        try await withJob { script in
            var order = try await script.fixture.preparations(
                script.specification, jobID: "job", workerIDs: script.workerIDs)[0]
            order.files.removeAll { $0.path == "backbone/model.safetensors" }
            try await script.coordinator.command(.prepareJob(order), to: script.workerIDs[0])
            let prepared = try await script.coordinator.report {
                if case .jobPrepared(let report) = $0 { report } else { nil }
            }
            #expect(prepared.failure?.message.contains("model.safetensors") == true)
        }
    }

    @Test(arguments: ["../escape", "/absolute", "backbone/../../x", "backbone//x"])
    func aPathThatLeadsOutOfTheJobIsRefused(path: String) async throws {
        try await withJob { script in
            var order = try await script.fixture.preparations(
                script.specification, jobID: "job", workerIDs: script.workerIDs)[0]
            order.files[0].path = path
            try await script.coordinator.command(.prepareJob(order), to: script.workerIDs[0])
            let prepared = try await script.coordinator.report {
                if case .jobPrepared(let report) = $0 { report } else { nil }
            }
            #expect(prepared.failure?.code == "bad_content")
        }
    }

    /// Changed bytes, a shorter file and none at all: each is fetched anew, with what the job gives unchanged.
    @Test func blobsThatTheDiskDamagedAreFetchedAnew() async throws {
        try await withJob { script in
            let order = try await script.fixture.preparations(
                script.specification, jobID: "job", workerIDs: script.workerIDs)[0]
            let store = try BlobStore(directory: script.fixture.folder.appendingPathComponent("a/blobs"))
            let weights = try #require(order.files.first { $0.path == "backbone/model.safetensors" }).sha256
            _ = try await script.prepare()
            _ = try await script.extract()
            let expected = try await script.run(to: 3).rankZero?.checkpoint?.sha256
            try await script.release()

            let file = try store.url(for: weights)
            let shard = try store.url(for: order.shards[1].sha256)
            let handle = try FileHandle(forUpdating: file)
            try handle.seek(toOffset: try handle.seekToEnd() - 40)
            try handle.write(contentsOf: Data(repeating: 7, count: 8))
            try handle.close()
            try FileManager.default.removeItem(at: shard)
            try Data([1, 2]).write(to: store.url(for: order.shards[0].sha256))

            let next = JobScript(
                fixture: script.fixture, specification: script.specification, jobID: "next",
                workerIDs: script.workerIDs)
            #expect(try await next.prepare().allSatisfy { $0.failure == nil })
            try store.verify(weights)
            _ = try await next.extract()
            #expect(try await next.run(to: 3).rankZero?.checkpoint?.sha256 == expected)
        }
    }

    @Test func aWorkerThatStartsLeavesWhatAnotherUses() async throws {
        let fixture = try await WorkerFixture()
        let specification = WorkerFixture.specification(.featureExtraction)
        try await fixture.withWorkers(["a"], cache: "shared") { ids in
            let first = JobScript(
                fixture: fixture, specification: specification, jobID: "first", workerIDs: ids)
            _ = try await first.prepare()
            try await first.release()
            let store = try BlobStore(directory: fixture.folder.appendingPathComponent("shared/blobs"))
            let blobs = try store.blobs()
            let unused = try store.addBytes([1, 2, 3])
            for blob in blobs + [unused] {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -15 * 86_400)],
                    ofItemAtPath: store.url(for: blob.sha256).path)
            }
            let second = JobScript(
                fixture: fixture, specification: specification, jobID: "second", workerIDs: ids)
            _ = try await second.prepare()
            try await fixture.withWorkers(["b"], cache: "shared") { _ in }
            #expect(try store.blobs() == blobs)
        }
        await fixture.shutdown()
    }
}
