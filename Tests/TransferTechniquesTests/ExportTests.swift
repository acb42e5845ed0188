import Foundation
import PretrainedBackbones
import TaskHeads
import Testing
import TestingSupport
import TransferTechniques

/// An exported folder computes what the trained model computed.
@Suite struct ExportTests {
    typealias Head = ClassificationHead

    static let heads = Head.Pooling.allCases.flatMap { pooling in Head.Kind.allCases.map { (pooling, $0) } }

    @Test(arguments: heads, ExportFixture.Family.allCases)
    func predictionsOfTheFolderAreTheModels(
        head: (pooling: Head.Pooling, kind: Head.Kind), family: ExportFixture.Family
    ) throws {
        try withTemporaryFolder { folder in
            let model = try ExportFixture(head.pooling, head.kind, family: family, in: folder)
            let files = try model.export()
            #expect(files == ["config.json", "model.safetensors", "tokenizer.json"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: model.target.path).sorted() == files)
            let classifier = try SequenceClassifier.load(folder: model.target)
            #expect(classifier.labels == ExportFixture.labels)
            #expect(classifier.maximumLength == ExportFixture.maximumLength)
            let got = classifier.predict(ExportFixture.texts).map(\.logits)
            #expect(ExportFixture.largestDifference(got, model.expectedLogits) < 1e-4)
        }
    }

    /// The layer that the export adds runs with the backbone's epsilon, whatever it is.
    @Test(arguments: Head.Pooling.allCases, [1e-5, 1e-2])
    func epsilonOfTheBackboneDoesNotEnterTheHead(pooling: Head.Pooling, epsilon: Double) throws {
        try withTemporaryFolder { folder in
            let model = try ExportFixture(pooling, .linear, epsilon: epsilon, in: folder)
            _ = try model.export()
            let got = try SequenceClassifier.load(folder: model.target).predict(ExportFixture.texts)
            #expect(ExportFixture.largestDifference(got.map(\.logits), model.expectedLogits) < 1e-4)
        }
    }

    /// All heads of both architectures in one run of Python, which takes long to start.
    @Test(
        .enabled(
            if: PythonEnvironment.executable != nil, "no Python with torch and transformers: set GRAFT_PYTHON"
        ))
    func transformersComputesTheSame() throws {
        struct Answer: Decodable {
            var labels: [String]
            var architecture: String
            var logits: [[Float]]
        }
        let python = try #require(PythonEnvironment.executable)
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("transformers_logits.py")
        try withTemporaryFolder { folder in
            let models = try ExportFixture.Family.allCases.flatMap { family in
                try Self.heads.map { try ExportFixture($0, $1, epsilon: 1e-5, family: family, in: folder) }
            }
            for model in models { _ = try model.export() }
            let (status, output) = try PythonEnvironment.run(
                python, [script.path] + models.map(\.target.path),
                input: JSONEncoder().encode(ExportFixture.texts))
            try #require(status == 0)
            let lines = output.split(separator: UInt8(ascii: "\n"))
            try #require(lines.count == models.count)
            for (line, model) in zip(lines, models) {
                let answer = try JSONDecoder().decode(Answer.self, from: line)
                let architecture = model.family == .bert ? "Bert" : "Roberta"
                #expect(answer.architecture == "\(architecture)ForSequenceClassification")
                #expect(answer.labels == ExportFixture.labels)
                let difference = ExportFixture.largestDifference(answer.logits, model.expectedLogits)
                #expect(difference < 1e-4, "\(model.target.path)")
            }
        }
    }

    @Test func sameModelGivesTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let first = try ExportFixture(.mean, .linear, in: folder.appendingPathComponent("1"))
            let second = try ExportFixture(.mean, .linear, in: folder.appendingPathComponent("2"))
            _ = try second.export()
            for name in try first.export() {
                let bytes = try [first, second].map {
                    try Data(contentsOf: $0.target.appendingPathComponent(name))
                }
                #expect(bytes[0] == bytes[1], "\(name)")
            }
        }
    }

    @Test(arguments: [["a", "b"], ["a", "b", "b"]])
    func labelsMustFit(labels: [String]) throws {
        try withTemporaryFolder { folder in
            let model = try ExportFixture(.mean, .linear, in: folder)
            #expect(throws: TechniqueError.self) { try model.export(labels: labels) }
        }
    }
}
