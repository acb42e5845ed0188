import Foundation
import Testing
import TestingSupport

/// `--fast`: the job says what it does not promise, and recovers as any other.
@Suite(.serialized) struct FastExchangeTests {
    @Test func theReportAndTheModelSayThatBitsAreNotPromised() async throws {
        let job = try TinyJob()
        let model = job.folder.file("model").path
        let result = try await GraftProcess([
            "run", try job.write(), "--fast", "--workers", "2", "--output", model,
            "--cache", job.folder.file("cache").path,
        ]).wait()
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("the bits depend on the number of workers"), "\(result.output)")
        let card = try String(contentsOfFile: "\(model)/README.md", encoding: .utf8)
        #expect(card.contains("the bits depend on the number of workers"))
        let report = try JSONSerialization.jsonObject(
            with: try Data(contentsOf: URL(fileURLWithPath: "\(model)/report.json")))
        #expect((report as? [String: Any])?["exchange"] as? String == "fast")
    }

    @Test func aKilledWorkerDoesNotEndTheJob() async throws {
        var job = try TinyJob()
        job.epochs = 400
        job.minimumWorkers = 2
        // Long segments: the death comes in the middle of one.
        job.evaluateEvery = 200
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let workers = try ["one", "two", "three"].map { try cluster.startWorker($0) }
        // The one that dies shall be a member.
        try await cluster.waitForWorkers(workers.count)
        #expect(try await cluster.run(["submit", try job.write(), "--fast"]).exitCode == 0)
        try await cluster.waitForStep(1, of: "tiny")
        workers[1].send(SIGKILL)
        let report = try await cluster.waitForEnd(of: "tiny")
        let log = try await cluster.run(["logs", "tiny"]).output
        #expect(report["exchange"] as? String == "fast")
        #expect(try #require(report["generations"] as? Int) > 1, "no crash was noticed:\n\(log)")
        #expect(log.contains("from memory: steps"), "no step was saved:\n\(log)")
        let test = try #require((report["test"] as? [[String: Any]])?.first)
        #expect(try #require(test["accuracy"] as? Double) > 0.8, "\(report)")
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }
}
