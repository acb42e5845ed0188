import Foundation
import Testing
import TestingSupport

/// SST-2 on all-MiniLM-L6-v2 with one coordinator and three workers: the small version of `make techniques`.
@Suite struct SentimentTests {
    static let texts = [
        "a gorgeous , witty , seductive movie .", "dull , lifeless and far too long", "it 's not bad at all",
    ]

    @Test(
        .enabled(if: RealInput.miniLM != nil, "needs all-MiniLM-L6-v2: make demo, or GRAFT_MINILM=folder"),
        .enabled(if: RealInput.sharedData != nil, "needs ../shared/data/sst2"))
    func featureExtractionLearnsSentiment() async throws {
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let workers = try ["one", "two", "three"].map { try cluster.startWorker($0) }
        let job = try cluster.folder.write(try jobText(), to: "job.yaml")
        let result = try await cluster.run(["submit", job.path, "--wait"], timeout: .seconds(300))
        try #require(result.exitCode == 0, "\(result.output)\(result.errors)")
        let report = try #require(try await cluster.json(["show", "sst2-small"])["report"] as? [String: Any])
        #expect(report["workers"] as? Int == 3)
        let test = try #require((report["test"] as? [[String: Any]])?.first)
        let accuracy = try #require(test["accuracy"] as? Double)
        #expect(accuracy > 0.72, "logistic regression on the same embeddings reaches about 0.77")

        let model = cluster.folder.file("model").path
        #expect(try await cluster.run(["fetch", "sst2-small", model]).exitCode == 0)
        if let python = PythonEnvironment.executable {
            try await expectTransformersAgree(python, model, cluster)
        }
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }

    private func jobText() throws -> String {
        let data = try #require(RealInput.sharedData).appending(path: "sst2")
        return """
            name: sst2-small
            seed: 1
            backbone: {folder: "\(try #require(RealInput.miniLM).path)", maximum_length: 64}
            technique: {kind: feature-extraction}
            tasks:
              - name: sentiment
                train: {path: "\(data.path)/train.tsv", limit: 1000}
                test: {path: "\(data.path)/dev.tsv", limit: 400}
                text: sentence
            training:
              epochs: 10
              optimizer: {kind: adamw, learning_rate: 0.002}
            workers: {minimum: 3}

            """
    }

    /// The logits of `AutoModelForSequenceClassification` against the probabilities that `graft predict` gives.
    private func expectTransformersAgree(_ python: String, _ model: String, _ cluster: Cluster) async throws {
        let script = RealInput.root.appending(path: "Tests/TransferTechniquesTests/transformers_logits.py")
            .path
        let (status, output) = try PythonEnvironment.run(
            python, [script, model], input: JSONSerialization.data(withJSONObject: Self.texts))
        try #require(status == 0)
        let object = try JSONSerialization.jsonObject(with: output) as? [String: Any]
        let logits = try #require(object?["logits"] as? [[Double]])
        let labels = try #require(object?["labels"] as? [String])
        let predicted = try await cluster.run(["predict", model] + Self.texts.flatMap { ["--text", $0] })
        let lines = predicted.output.split(separator: "\n")
        try #require(lines.count == Self.texts.count, "\(predicted.errors)")
        for (row, line) in zip(logits, lines) {
            let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let probabilities = try #require(record?["probabilities"] as? [String: Double])
            let sum = row.reduce(0) { $0 + exp($1) }
            for (label, logit) in zip(labels, row) {
                #expect(abs(exp(logit) / sum - (probabilities[label] ?? .infinity)) < 1e-4)
            }
        }
    }
}
