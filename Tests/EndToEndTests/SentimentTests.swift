import Foundation
import Testing
import TestingSupport

/// SST-2 on all-MiniLM-L6-v2 with three workers: the small version of `make techniques`.
@Suite struct SentimentTests {
    @Test(
        .enabled(if: RealInput.miniLM != nil, "needs all-MiniLM-L6-v2: make demo, or GRAFT_MINILM=folder"),
        .enabled(if: RealInput.sharedData != nil, "needs ../shared/data/sst2"))
    func featureExtractionLearnsSentiment() async throws {
        let folder = try TemporaryFolder("sst2")
        let backbone = try #require(RealInput.miniLM)
        let data = try #require(RealInput.sharedData).appending(path: "sst2")
        let job = try folder.write(
            """
            name: sst2-small
            seed: 1
            backbone: {folder: "\(backbone.path)", maximum_length: 64}
            technique: {kind: feature-extraction}
            tasks:
              - name: sentiment
                train: {path: "\(data.path)/train.tsv", limit: 1000}
                test: {path: "\(data.path)/dev.tsv", limit: 400}
                text: sentence
            training:
              epochs: 10
              optimizer: {kind: adamw, learning_rate: 0.002}

            """, to: "job.yaml")
        let result = try await GraftProcess([
            "run", job.path, "--workers", "3", "--cache", folder.file("cache").path,
            "--output", folder.file("model").path, "--json",
        ]).wait(timeout: .seconds(300))
        try #require(result.exitCode == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let report = try #require(object?["report"] as? [String: Any])
        let test = try #require((report["test"] as? [[String: Any]])?.first)
        let accuracy = try #require(test["accuracy"] as? Double)
        #expect(accuracy > 0.72, "logistic regression on the same embeddings reaches about 0.77")
    }
}
