import Foundation
import Testing
import TestingSupport

/// Jobs with several tasks on one trunk.
@Suite(.serialized) struct MultiTaskTests {
    /// Three tasks of very different sizes on tables of the tiny job's texts.
    private static func job(technique: String, options: String, multiTask: String = "") throws -> (
        TinyJob, String
    ) {
        let job = try TinyJob()
        _ = try job.write()
        for (name, rows, seed) in [("many", 240, 11), ("few", 40, 12), ("least", 5, 13)] {
            try job.folder.write(TinyJob.table(rows: rows, seed: UInt64(seed)), to: "\(name).csv")
        }
        let tasks = ["many", "few", "least"].map {
            "  - {name: \($0), train: \($0).csv, validation: validation.csv, test: test.csv}"
        }
        let file = try job.folder.write(
            """
            name: several
            seed: 3
            backbone: {folder: backbone, maximum_length: 16}
            technique: {kind: \(technique)\(options)}
            tasks:
            \(tasks.joined(separator: "\n"))
            \(multiTask)
            training: {epochs: 3, batch: 16, micro_batches: 8, optimizer: {kind: adamw, learning_rate: 0.002}}

            """, to: "several.yaml"
        ).path
        return (job, file)
    }

    @Test(arguments: [
        ("fine-tuning", ", frozen_layers: 1", "multi_task: {weighting: uncertainty}"),
        ("feature-extraction", ", head: mlp", "multi_task: {sampling: round-robin}"),
        ("from-scratch", "", "multi_task: {temperature: 3}"),
    ])
    func workerCountDoesNotMatter(technique: String, options: String, multiTask: String) async throws {
        let (job, file) = try Self.job(technique: technique, options: options, multiTask: multiTask)
        var models: [[String: Data]] = []
        for workers in [1, 2, 3, 5] {
            let output = job.folder.file("model-\(workers)")
            let result = try await GraftProcess([
                "run", file, "--workers", "\(workers)", "--output", output.path, "--cache",
                job.folder.file("cache-\(workers)").path, "--json",
            ]).wait()
            try #require(result.exitCode == 0, "\(result.errors)")
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let report = try #require(object?["report"] as? [String: Any])
            let test = try #require(report["test"] as? [[String: Any]])
            #expect(test.compactMap { $0["task"] as? String } == ["many", "few", "least"])
            #expect(test.allSatisfy { $0["samples"] as? Int == 60 })
            var files: [String: Data] = [:]
            for name in ["model.safetensors"]
                + ["many", "few", "least"].map({ "heads/\($0)/head.safetensors" })
            {
                files[name] = try Data(contentsOf: output.appending(path: name))
            }
            models.append(files)
        }
        #expect(Set(models).count == 1)
    }

    /// Texts that tasks have in common go once through the frozen part.
    @Test func sharedInputsAreComputedOnce() async throws {
        let (job, file) = try Self.job(technique: "feature-extraction", options: "")
        let model = try await SameBitsTests.model(
            workers: 1, of: file, cache: job.folder.file("cache").path)
        // 240 + 40 + 5 training texts, and the 60 + 60 of validation and test that all tasks share.
        #expect(model.forwards == 240 + 40 + 5 + 120)
    }

    @Test func aHeadLeavesAsAModelOfItsOwn() async throws {
        let (job, file) = try Self.job(technique: "fine-tuning", options: ", frozen_layers: 1")
        let output = job.folder.file("model").path
        let result = try await GraftProcess([
            "run", file, "--workers", "2", "--output", output, "--cache", job.folder.file("cache").path,
        ]).wait()
        try #require(result.exitCode == 0, "\(result.errors)")
        let head = job.folder.file("few-model").path
        let exported = try await GraftProcess(["head", output, "few", "--output", head]).wait()
        try #require(exported.exitCode == 0, "\(exported.errors)")
        let predicted = try await GraftProcess(["predict", head, "--text", "a a b"]).wait()
        #expect(predicted.exitCode == 0, "\(predicted.errors)")
        #expect(predicted.output.contains("most-"), "\(predicted.output)")
        let unknown = try await GraftProcess([
            "head", output, "none", "--output", job.folder.file("other").path,
        ]).wait()
        #expect(unknown.exitCode == 2 && unknown.errors.contains("few, least, many"), "\(unknown.errors)")

        let table = job.folder.file("table.csv")
        let compared = try await GraftProcess([
            "compare", output, "\(output)/report.json", "--csv", table.path,
        ]).wait()
        #expect(
            compared.exitCode == 0 && compared.output.contains("few, test: accuracy"), "\(compared.errors)")
        #expect(try String(contentsOf: table, encoding: .utf8).contains("mean of tests: accuracy"))
        let nothing = try await GraftProcess(["compare", output, job.folder.file("several.yaml").path]).wait()
        #expect(nothing.exitCode == 2 && nothing.errors.contains("no report of a job"), "\(nothing.errors)")

        // The trunk is a backbone for further tasks.
        let more = try job.folder.write(
            """
            name: more
            backbone: {folder: model, maximum_length: 16}
            technique: {kind: fine-tuning, frozen_layers: 1}
            tasks: [{name: letters, train: train.csv, test: test.csv}]
            training: {epochs: 1, batch: 16, micro_batches: 8}

            """, to: "more.yaml"
        ).path
        let added = try await GraftProcess([
            "run", more, "--output", job.folder.file("more").path, "--cache", job.folder.file("cache").path,
        ]).wait()
        #expect(added.exitCode == 0, "\(added.errors)")
    }

    /// Each of the reasons is named at its key.
    @Test func tasksThatCannotShareATrunkAreRefused() async throws {
        let (job, _) = try Self.job(technique: "fine-tuning", options: "")
        let file = try job.folder.write(
            """
            name: several
            backbone: {folder: backbone, maximum_length: 16}
            technique: feature-extraction
            tasks:
              - {name: many, train: many.csv, weight: 2}
              - {name: few, train: few.csv, metric: macro-f1, weight: -1}
            multi_task: {sampling: round-robin, temperature: 2}

            """, to: "several.yaml"
        ).path
        let result = try await GraftProcess(["validate", file]).wait()
        #expect(result.exitCode == 2)
        for part in ["tasks[1].metric", "tasks[1].weight", "multi_task.temperature"] {
            #expect(result.output.contains(part), "\(part) is not in: \(result.output)")
        }
    }
}
