import Foundation
import Testing
import TestingSupport

/// One coordinator and three workers as real processes, and the commands that people use on them.
@Suite(.serialized) struct ClusterTests {
    @Test func jobGoesFromSubmissionToPrediction() async throws {
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let workers = try ["one", "two", "three"].map { try cluster.startWorker($0) }
        var job = try TinyJob()
        job.minimumWorkers = 3
        let file = try job.write()

        let first = try await cluster.run(["submit", file, "--wait"])
        #expect(first.exitCode == 0, "\(first.output)\(first.errors)")
        let shown = try await cluster.json(["show", "tiny"])
        let report = try #require(shown["report"] as? [String: Any])
        #expect(report["workers"] as? Int == 3)
        let extraction = try #require(report["extraction"] as? [String: Any])
        #expect(extraction["backboneForwards"] as? Int == 160 + 60 + 60)
        let test = try #require((report["test"] as? [[String: Any]])?.first)
        #expect(try #require(test["accuracy"] as? Double) > 0.6, "three classes, so a third is chance")

        // The same job again: nothing goes through the frozen part, on workers that share no disk.
        let again = try await cluster.run(["submit", file, "--wait"])
        #expect(again.exitCode == 0, "\(again.errors)")
        let second = try #require(try await cluster.json(["show", "tiny"])["report"] as? [String: Any])
        let cached = try #require(second["extraction"] as? [String: Any])
        #expect(cached["backboneForwards"] as? Int == 0)
        #expect(cached["cacheHits"] as? Int == 280)
        #expect(second["modelSHA256"] as? String == report["modelSHA256"] as? String)
        #expect(second["jobID"] as? String != report["jobID"] as? String)

        #expect(try await cluster.list(["jobs"]).count == 2)
        #expect(try await cluster.list(["workers"]).count == 3)
        let log = try await cluster.run(["logs", "tiny"])
        #expect(log.exitCode == 0 && log.output.contains("Generation 1 starts"), "\(log.output)")

        let output = cluster.folder.file("model").path
        let fetched = try await cluster.run(["fetch", "tiny", output])
        #expect(fetched.exitCode == 0, "\(fetched.errors)")
        for name in [
            "config.json", "model.safetensors", "vocab.txt", "README.md", "metrics.jsonl",
            "learning-curve.svg",
            "report.json",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(output)/\(name)"), "\(name) is missing")
        }
        let refused = try await cluster.run(["fetch", "tiny", output])
        #expect(refused.exitCode == 2, "a folder with files in it is not overwritten")

        let predicted = try await cluster.run(["predict", output, "--text", "a a a b", "--text", "c c c c a"])
        let lines = predicted.output.split(separator: "\n")
        #expect(
            lines.count == 2 && lines[0].contains("\"label\":\"most-"),
            "\(predicted.output)\(predicted.errors)")

        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }

    /// Two workers that share no disk: what the first has computed the second fetches.
    @Test func featuresAreFetchedFromTheWorkerThatHasThem() async throws {
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        var workers = [try cluster.startWorker("one")]
        var job = try TinyJob()
        let first = try await cluster.run(["submit", try job.write(), "--wait"])
        #expect(first.exitCode == 0, "\(first.output)\(first.errors)")
        let alone = try #require(try await cluster.json(["show", "tiny"])["report"] as? [String: Any])

        workers.append(try cluster.startWorker("two"))
        job.minimumWorkers = 2
        let second = try await cluster.run(["submit", try job.write(), "--wait"])
        #expect(second.exitCode == 0, "\(second.output)\(second.errors)")
        let together = try #require(try await cluster.json(["show", "tiny"])["report"] as? [String: Any])
        let extraction = try #require(together["extraction"] as? [String: Any])
        #expect(extraction["backboneForwards"] as? Int == 0)
        let hits = try #require(extraction["cacheHits"] as? Int)
        let fetched = try #require(extraction["fetched"] as? Int)
        #expect(hits + fetched == 280 && hits > 100 && fetched > 100)
        #expect(together["modelSHA256"] as? String == alone["modelSHA256"] as? String)
        #expect(try await cluster.run(["show", "tiny"]).output.contains("\(fetched) from other workers"))
        #expect(
            try await cluster.run(["logs", "tiny"]).output.contains("\(fetched) fetched from other workers"))
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }

    @Test func jobWaitsForItsWorkersAndCanBeCancelled() async throws {
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        var job = try TinyJob()
        job.minimumWorkers = 2
        let worker = try cluster.startWorker("only")
        let submitted = try await cluster.run(["submit", try job.write()])
        #expect(submitted.exitCode == 0, "\(submitted.errors)")
        try await Task.sleep(for: .seconds(1))
        let waiting = try await cluster.json(["show", "tiny"])
        #expect((waiting["summary"] as? [String: Any])?["state"] as? String == "queued")
        #expect(try await cluster.run(["cancel", "tiny"]).exitCode == 0)
        let ended = try await cluster.json(["show", "tiny"])
        #expect((ended["summary"] as? [String: Any])?["state"] as? String == "cancelled")
        #expect(try await cluster.run(["fetch", "tiny", cluster.folder.file("none").path]).exitCode != 0)
        #expect(try await cluster.run(["show", "no-such-job"]).exitCode == 2)
        await worker.stop()
        await coordinator.stop()
    }
}
