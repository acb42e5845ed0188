import Foundation
import Testing
import TestingSupport

/// Jobs that move a network to a domain without labels.
@Suite(.serialized) struct AdaptationTests {
    private struct Outcome {
        let report: [String: Any]
        let model: URL

        var sha: String? { report["modelSHA256"] as? String }
    }

    private static func run(_ file: String, workers: Int, in folder: TemporaryFolder) async throws -> Outcome
    {
        let name = UUID().uuidString
        let output = folder.file("model-\(name)")
        let result = try await GraftProcess([
            "run", file, "--workers", "\(workers)", "--output", output.path, "--cache",
            folder.file("cache-\(name)").path, "--json",
        ]).wait()
        try #require(result.exitCode == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return Outcome(report: try #require(object?["report"] as? [String: Any]), model: output)
    }

    @Test(arguments: ["none", "dann", "cdan", "coral", "mmd", "adabn"])
    func workerCountDoesNotMatter(method: String) async throws {
        var job = try TinyImageJob()
        job.technique = "from-scratch"
        job.adaptation = method
        let file = try job.write()
        var outcomes: [Outcome] = []
        for workers in [1, 2, 3] {
            outcomes.append(try await Self.run(file, workers: workers, in: job.folder))
        }
        #expect(Set(outcomes.map(\.sha)).count == 1)

        let report = outcomes[0].report
        let target = try #require((report["targetTest"] as? [[String: Any]])?.first)
        #expect(target["samples"] as? Int == TinyImageJob.testCount)
        let segments = try #require(report["segments"] as? [[String: Any]])
        let alignments = segments.compactMap { $0["alignment"] as? [String: Any] }
        #expect(alignments.count == (method == "none" ? 0 : segments.count))
        let accuracies = alignments.compactMap { $0["discriminatorAccuracy"] as? Double }
        #expect(accuracies.count == (["dann", "cdan"].contains(method) ? segments.count : 0))
        #expect(accuracies.allSatisfy { (0...1).contains($0) })

        // The same samples are examined whoever owns their lane.
        let domains = outcomes.map { $0.report["domains"] as? [String: Double] }
        #expect(domains[0] != nil && Set(domains).count == 1)
        let picture = try String(
            contentsOf: outcomes[0].model.appending(path: "domains.svg"), encoding: .utf8)
        #expect(picture.components(separatedBy: "<circle").count > 2 * TinyImageJob.trainCount / 4)
        #expect(
            FileManager.default.fileExists(atPath: outcomes[0].model.appending(path: "domains.json").path))
    }

    /// Whatever is written where the target's labels would be, the model is the same; its texts do matter.
    @Test func labelsOfTheTargetAreNeverTrainedOn() async throws {
        var job = try TinyJob()
        job.epochs = 2
        job.taskOptions = "    target: target.csv\n"
        job.adaptationLine = "adaptation: {method: cdan, hidden: 16}"
        let file = try job.write()
        let table = TinyJob.table(rows: 90, seed: 9).split(separator: "\n").map(String.init)
        let texts = table.dropFirst().map { String($0.prefix { $0 != "," }) }
        let labelled =
            ["text,label"] + texts.enumerated().map { "\($1),\($0 % 2 == 0 ? "most-a" : "most-b")" }
        let contents = [
            table, labelled, ["text"] + texts, ["text,label"] + texts.map { "\($0),another" },
            ["text"] + texts.map { "\($0) a" },
        ]
        var shas: [String?] = []
        for lines in contents {
            try job.folder.write(lines.joined(separator: "\n") + "\n", to: "target.csv")
            shas.append(try await Self.run(file, workers: 2, in: job.folder).sha)
        }
        #expect(Set(shas.prefix(4)).count == 1)
        #expect(shas[4] != shas[0])
    }

    /// Features of both domains at the cut are kept, and a second job runs no frozen part.
    @Test func frozenFeaturesOfBothDomainsAreComputedOnce() async throws {
        var job = try TinyJob()
        job.technique = "feature-extraction"
        job.options = "  head: mlp\n"
        job.taskOptions = "    target: target.csv\n"
        job.adaptationLine = "adaptation: dann"
        let file = try job.write()
        try job.folder.write(TinyJob.table(rows: 90, seed: 9), to: "target.csv")
        let cache = job.folder.file("cache").path
        let cold = try await SameBitsTests.model(workers: 2, of: file, cache: cache)
        let warm = try await SameBitsTests.model(workers: 1, of: file, cache: cache)
        #expect(cold.forwards == 160 + 60 + 60 + 90)
        #expect(warm.forwards == 0)
        #expect(warm.sha == cold.sha)
    }

    @Test func aHeadThatReadsFrozenFeaturesCannotBeAligned() async throws {
        var job = try TinyJob()
        job.technique = "feature-extraction"
        job.options = "  head: linear\n"
        job.taskOptions = "    target: target.csv\n"
        job.adaptationLine = "adaptation: dann"
        let file = try job.write()
        try job.folder.write(TinyJob.table(rows: 90, seed: 9), to: "target.csv")
        let result = try await GraftProcess(["run", file, "--output", job.folder.file("m").path]).wait()
        #expect(result.exitCode != 0)
        #expect(result.errors.contains("head: mlp"), "\(result.errors)")
    }
}
