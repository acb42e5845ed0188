import Foundation
import Testing
import TestingSupport

/// The same job gives the same model file on any cluster and through any crash.
@Suite(.serialized) struct SameBitsTests {
    /// What one `graft run` made.
    struct Model {
        let sha: String
        /// Samples that went through the frozen part.
        let forwards: Int
        let kernelFamily: String
    }

    static func model(
        workers: Int, of file: String, cache: String, environment: [String: String] = [:]
    ) async throws -> Model {
        let folder = try TemporaryFolder("same-bits")
        let result = try await GraftProcess(
            [
                "run", file, "--workers", "\(workers)", "--output", folder.file("model").path, "--cache",
                cache,
                "--json",
            ], environment: environment
        ).wait()
        try #require(result.exitCode == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let report = try #require(object?["report"] as? [String: Any])
        let extraction = try #require(report["extraction"] as? [String: Any])
        return Model(
            sha: try #require(report["modelSHA256"] as? String),
            forwards: try #require(extraction["backboneForwards"] as? Int),
            kernelFamily: try #require(report["kernelFamily"] as? String))
    }

    @Test(arguments: [
        ("fine-tuning", "  frozen_layers: 1\n"), ("feature-extraction", "  head: mlp\n"),
        ("from-scratch", ""),
    ])
    func workerCountDoesNotMatter(technique: String, options: String) async throws {
        var job = try TinyJob()
        job.technique = technique
        job.options = options
        let file = try job.write()
        var shas: Set<String> = []
        for workers in [1, 2, 3, 5] {
            // A cold cache for each, so that features too are computed by another spread of workers.
            let cache = job.folder.file("cache-\(workers)").path
            shas.insert(try await Self.model(workers: workers, of: file, cache: cache).sha)
        }
        #expect(shas.count == 1, "\(technique): \(shas)")
    }

    @Test func warmCacheGivesTheSameModel() async throws {
        let job = try TinyJob()
        let file = try job.write()
        let cache = job.folder.file("cache").path
        let cold = try await Self.model(workers: 2, of: file, cache: cache)
        let warm = try await Self.model(workers: 2, of: file, cache: cache)
        #expect(cold.forwards == 280)
        #expect(warm.forwards == 0)
        #expect(warm.sha == cold.sha)
    }

    /// Kills a worker, then the coordinator, while the job trains; both without warning.
    @Test func killedProcessesDoNotMatter() async throws {
        var job = try TinyJob()
        job.epochs = 400
        job.minimumWorkers = 2
        // Long segments: the deaths come in the middle of one.
        job.evaluateEvery = 200
        let file = try job.write()
        let undisturbed = try await Self.model(workers: 2, of: file, cache: job.folder.file("quiet").path)

        let cluster = try Cluster()
        var coordinator = try await cluster.startCoordinator()
        let workers = try ["one", "two", "three"].map { try cluster.startWorker($0) }
        #expect(try await cluster.run(["submit", file]).exitCode == 0)
        try await cluster.waitForStep(1, of: "tiny")
        workers[1].send(SIGKILL)
        try await Task.sleep(for: .milliseconds(300))
        coordinator.send(SIGKILL)
        _ = try await coordinator.wait()
        coordinator = try await cluster.startCoordinator()
        let report = try await cluster.waitForEnd(of: "tiny")
        let log = try await cluster.run(["logs", "tiny"]).output
        #expect(report["modelSHA256"] as? String == undisturbed.sha)
        #expect(try #require(report["generations"] as? Int) > 1, "no crash was noticed:\n\(log)")
        // What the survivors had run of the segment is not run again.
        #expect(log.contains("from memory: steps"), "no step was saved:\n\(log)")
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }
}
