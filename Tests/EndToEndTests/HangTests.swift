import Foundation
import Testing
import TestingSupport

/// What makes other engines wait for ever, with real processes: the job ends, with the same bits.
@Suite(.serialized) struct HangTests {
    /// The last step of an epoch has one sample for eight lanes: most workers have nothing to compute.
    @Test func lastBatchesOfFewerSamplesThanLanes() async throws {
        var job = try TinyJob()
        job.samples = 161
        let file = try job.write()
        var models: [Int: String] = [:]
        for workers in [1, 2, 3, 5] {
            let cache = job.folder.file("cache-\(workers)").path
            models[workers] = try await SameBitsTests.model(workers: workers, of: file, cache: cache).sha
        }
        #expect(Set(models.values).count == 1, "\(models)")
        // The odd sample does count.
        job.samples = 160
        let without = try await SameBitsTests.model(
            workers: 1, of: try job.write(), cache: job.folder.file("cache-1").path)
        #expect(without.sha != models[1])
    }

    /// One of two workers is killed, which leaves fewer than the job's minimum, and started again under its name: at
    /// once, while its old session is not missed yet, or when the job has waited for a while.
    @Test(arguments: [false, true])
    func aWorkerComesBackUnderItsName(afterTheJobHasWaited: Bool) async throws {
        var job = try TinyJob()
        job.epochs = 150
        job.minimumWorkers = 2
        let file = try job.write()
        let undisturbed = try await SameBitsTests.model(
            workers: 1, of: file, cache: job.folder.file("quiet").path)

        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        var workers = try ["one", "two"].map { try cluster.startWorker($0) }
        #expect(try await cluster.run(["submit", file]).exitCode == 0)
        try await cluster.waitForStep(20, of: "tiny")
        workers[1].send(SIGKILL)
        if afterTheJobHasWaited {
            try await waitUntilQueued(cluster)
            try await Task.sleep(for: .seconds(2))
            #expect(try await cluster.summary(of: "tiny")?["state"] as? String == "queued")
        }
        workers.append(try cluster.startWorker("two"))
        let report = try await cluster.waitForEnd(of: "tiny")
        #expect(report["modelSHA256"] as? String == undisturbed.sha)
        #expect(try #require(report["generations"] as? Int) > 1, "the death was not noticed")
        #expect(report["workers"] as? Int == 2)
        #expect(try await cluster.list(["workers"]).count == 2, "it is the same worker")
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }

    private func waitUntilQueued(_ cluster: Cluster) async throws {
        for _ in 0..<600 {
            if try await cluster.summary(of: "tiny")?["state"] as? String == "queued" { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the job never waited for another worker")
    }
}
