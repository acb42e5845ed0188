import Foundation
import Testing
import TestingSupport

/// Jobs on images: networks with running statistics, augmented views, backbones made here.
@Suite(.serialized) struct ImageJobTests {
    @Test func workerCountDoesNotMatterToRunningStatistics() async throws {
        let job = try TinyImageJob()
        let file = try job.write()
        var shas: Set<String> = []
        for workers in [1, 2, 3, 5] {
            let cache = job.folder.file("cache-\(workers)").path
            shas.insert(try await SameBitsTests.model(workers: workers, of: file, cache: cache).sha)
        }
        #expect(shas.count == 1, "\(shas)")
    }

    @Test func whatIsPretrainedBecomesABackbone() async throws {
        var job = try TinyImageJob()
        let backbone = job.folder.file("made").path
        let made = try await GraftProcess([
            "pretrain", try job.write("source"), "--workers", "2", "--output", backbone, "--cache",
            job.folder.file("cache").path,
        ]).wait()
        try #require(made.exitCode == 0, "\(made.errors)")

        job.technique = "{kind: fine-tuning, frozen_layers: layer2}"
        job.backbone = "made"
        job.taskOptions = "    augmentation: {crop: 2, flip: false, colour: 0.1, views: 3}"
        job.trainingOptions = "  mixup: 0.2"
        let file = try job.write("target")
        let cache = job.folder.file("cache-two").path
        let cold = try await SameBitsTests.model(workers: 2, of: file, cache: cache)
        // The frozen part runs once a view of a training sample, and once a test sample.
        #expect(cold.forwards == 3 * TinyImageJob.trainCount + TinyImageJob.testCount)
        let warm = try await SameBitsTests.model(workers: 2, of: file, cache: cache)
        #expect(warm.forwards == 0)
        let other = try await SameBitsTests.model(
            workers: 3, of: file, cache: job.folder.file("cache-three").path)
        #expect(Set([cold.sha, warm.sha, other.sha]).count == 1)

        job.trainingOptions = ""
        let unmixed = try await SameBitsTests.model(workers: 2, of: job.write("unmixed"), cache: cache)
        job.taskOptions = ""
        let plain = try await SameBitsTests.model(workers: 2, of: job.write("plain"), cache: cache)
        #expect(unmixed.forwards == 0 && plain.forwards == TinyImageJob.trainCount)
        #expect(Set([cold.sha, unmixed.sha, plain.sha]).count == 3)
    }

    @Test func onlyPretrainingMakesABackbone() async throws {
        var job = try TinyImageJob()
        job.technique = "from-scratch"
        let result = try await GraftProcess(["pretrain", try job.write()]).wait()
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("technique is from-scratch"))
        #expect(result.errors.contains("technique: pretraining"))
    }

    /// A text network leaves without its head, and a job on it trains.
    @Test func pretrainedTextNetworksLeaveWithoutAHead() async throws {
        var job = try TinyJob()
        job.technique = "pretraining"
        job.options = ""
        job.epochs = 1
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let worker = try cluster.startWorker("one")
        let made = try await cluster.run([
            "pretrain", try job.write(), "--coordinator", cluster.endpoint, "--output",
            job.folder.file("made").path,
        ])
        try #require(made.exitCode == 0, "\(made.errors)")
        await worker.stop()
        await coordinator.stop()

        let inspected = try await GraftProcess(["backbone", "inspect", job.folder.file("made").path]).wait()
        #expect(inspected.exitCode == 0, "\(inspected.errors)")
        try FileManager.default.removeItem(at: job.folder.file("backbone"))
        try FileManager.default.moveItem(at: job.folder.file("made"), to: job.folder.file("backbone"))
        job.technique = "feature-extraction"
        let result = try await GraftProcess([
            "run", try job.write(), "--output", job.folder.file("model").path, "--cache",
            job.folder.file("cache").path,
        ]).wait()
        #expect(result.exitCode == 0, "\(result.errors)")
    }

    @Test func tablesTrainToTheSameBits() async throws {
        let folder = try TemporaryFolder("tiny-table")
        let rows = (0..<120).map { row in
            let (x, y) = (Double(row * 37 % 101), Double(row * 53 % 89) / 100)
            return "\(x),\(y),\(x / 101 + y > 0.9 ? "high" : "low")"
        }
        try folder.write((["width,height,label"] + rows).joined(separator: "\n") + "\n", to: "rows.csv")
        try FileManager.default.createDirectory(at: folder.file("mlp"), withIntermediateDirectories: true)
        try folder.write(#"{"model_type": "mlp", "hidden_sizes": [16, 8]}"#, to: "mlp/config.json")
        let file = try folder.write(
            """
            name: tiny-table
            backbone: {folder: mlp}
            technique: from-scratch
            tasks:
              - {name: size, kind: table-classification, train: rows.csv, test: rows.csv}
            training: {epochs: 30, batch: 16, micro_batches: 4, optimizer: {kind: adamw, learning_rate: 0.01}}

            """, to: "job.yaml"
        ).path
        var shas: Set<String> = []
        for workers in [1, 3] {
            let output = folder.file("model-\(workers)").path
            let result = try await GraftProcess([
                "run", file, "--workers", "\(workers)", "--output", output, "--cache",
                folder.file("cache-\(workers)").path, "--json",
            ]).wait()
            try #require(result.exitCode == 0, "\(result.errors)")
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let report = try #require(object?["report"] as? [String: Any])
            let test = try #require((report["test"] as? [[String: Any]])?.first)
            #expect(try #require(test["accuracy"] as? Double) > 0.9)
            shas.insert(try #require(report["modelSHA256"] as? String))
        }
        #expect(shas.count == 1)
    }
}
