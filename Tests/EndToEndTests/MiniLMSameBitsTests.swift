import Foundation
import Testing
import TestingSupport

/// MiniLM, fine-tuned on SST-2: one model, whatever the number of workers and whatever happens to them.
@Suite(
    .serialized,
    .enabled(if: RealInput.miniLM != nil, "needs all-MiniLM-L6-v2: make demo, or GRAFT_MINILM=folder"),
    .enabled(if: RealInput.sharedData != nil, "needs ../shared/data/sst2"))
struct MiniLMSameBitsTests {
    private static let steps = 60

    @Test func workerCountDoesNotMatter() async throws {
        let folder = try TemporaryFolder("minilm-bits")
        let file = try folder.write(Self.jobText(steps: 6, minimumWorkers: 1), to: "job.yaml").path
        var models: [Int: String] = [:]
        for workers in [1, 2, 3, 5] {
            let cache = folder.file("cache-\(workers)").path
            models[workers] = try await SameBitsTests.model(workers: workers, of: file, cache: cache).sha
        }
        #expect(Set(models.values).count == 1, "\(models)")
    }

    /// One worker is killed, one stops for longer than anybody waits, one comes late, and the coordinator is killed
    /// and started again.
    @Test func disturbancesDoNotMatter() async throws {
        let folder = try TemporaryFolder("minilm-faults")
        let file = try folder.write(Self.jobText(steps: Self.steps, minimumWorkers: 2), to: "job.yaml").path
        let quiet = try await SameBitsTests.model(workers: 1, of: file, cache: folder.file("cache").path).sha

        let cluster = try Cluster()
        var coordinator = try await cluster.startCoordinator()
        let options = ["--peer-timeout", "2"]
        var workers = try ["one", "two", "three"].map { try cluster.startWorker($0, options: options) }
        #expect(try await cluster.run(["submit", file]).exitCode == 0)

        try await cluster.waitForStep(6, of: "minilm-bits")
        workers[0].send(SIGKILL)
        try await cluster.waitForStep(16, of: "minilm-bits")
        workers.append(try cluster.startWorker("late", options: options))
        workers[1].send(SIGSTOP)
        try await Task.sleep(for: .seconds(4))
        workers[1].send(SIGCONT)
        try await cluster.waitForStep(26, of: "minilm-bits")
        coordinator.send(SIGKILL)
        _ = try await coordinator.wait()
        coordinator = try await cluster.startCoordinator()

        let report = try await cluster.waitForEnd(of: "minilm-bits")
        #expect(report["modelSHA256"] as? String == quiet)
        #expect(try #require(report["generations"] as? Int) > 2, "the faults were not noticed")
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }

    private static func jobText(steps: Int, minimumWorkers: Int) throws -> String {
        let data = try #require(RealInput.sharedData).appending(path: "sst2")
        return """
            name: minilm-bits
            seed: 7
            backbone: {folder: "\(try #require(RealInput.miniLM).path)", maximum_length: 64}
            technique: {kind: fine-tuning, frozen_layers: 3}
            tasks:
              - name: sentiment
                text: sentence
                train: {path: "\(data.path)/train.tsv", limit: 256}
                test: {path: "\(data.path)/dev.tsv", limit: 40}
            training:
              steps: \(steps)
              batch: 16
              micro_batches: 8
              evaluate_every: 20
              optimizer: {kind: adamw, learning_rate: 0.0003}
            workers: {minimum: \(minimumWorkers), maximum: 8}

            """
    }
}
