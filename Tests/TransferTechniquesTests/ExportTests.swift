import Foundation
import PretrainedBackbones
import TaskHeads
import Testing
import TestingSupport
import TransferTechniques

/// An exported folder computes what the trained model computed.
@Suite struct ExportTests {
    typealias Head = ClassificationHead

    static let cases = ExportFixture.Family.allCases.flatMap { family in
        family.heads.map { (family, $0.pooling, $0.kind) }
    }

    @Test(arguments: cases)
    func predictionsOfTheFolderAreTheModels(
        family: ExportFixture.Family, pooling: Head.Pooling, kind: Head.Kind
    ) throws {
        try withTemporaryFolder { folder in
            let model = try ExportFixture(pooling, kind, family: family, in: folder)
            let files = try model.export()
            let changed = family == .gpt2 ? ["tokenizer_config.json"] : []
            #expect(files == ["config.json", "model.safetensors", "tokenizer.json"] + changed)
            #expect(try FileManager.default.contentsOfDirectory(atPath: model.target.path).sorted() == files)
            let classifier = try SequenceClassifier.load(folder: model.target)
            #expect(classifier.labels == ExportFixture.labels)
            #expect(classifier.maximumLength == ExportFixture.maximumLength)
            let got = classifier.predict(ExportFixture.texts).map(\.logits)
            #expect(ExportFixture.largestDifference(got, model.expectedLogits) < 1e-4)
        }
    }

    /// Heads that an architecture has no words for, with what to choose instead.
    @Test(arguments: [
        (ExportFixture.Family.gpt2, Head.Pooling.cls, Head.Kind.linear, "\"last\""),
        (.gpt2, .mean, .mlp, "linear"),
        (.bert, .last, .linear, "\"cls\""),
        (.distilbert, .last, .mlp, "\"mean\""),
    ])
    func otherHeadsAreRefused(
        family: ExportFixture.Family, pooling: Head.Pooling, kind: Head.Kind, advice: String
    ) throws {
        try withTemporaryFolder { folder in
            let model = try ExportFixture(pooling, kind, family: family, in: folder)
            let error = try #require(throws: TechniqueError.self) { try model.export() }
            #expect(error.code == .unsupported && error.description.contains(advice))
            #expect(try FileManager.default.contentsOfDirectory(atPath: model.target.path).isEmpty)
        }
    }

    /// The layer that the export adds runs with the backbone's epsilon, whatever it is.
    @Test(
        arguments: [ExportFixture.Family.bert, .gpt2].flatMap { family in
            family.heads.filter { $0.kind == .linear }.map { (family, $0.pooling) }
        }, [1e-5, 1e-2])
    func epsilonOfTheBackboneDoesNotEnterTheHead(
        head: (family: ExportFixture.Family, pooling: Head.Pooling), epsilon: Double
    ) throws {
        try withTemporaryFolder { folder in
            let model = try ExportFixture(
                head.pooling, .linear, epsilon: epsilon, family: head.family, in: folder)
            _ = try model.export()
            let got = try SequenceClassifier.load(folder: model.target).predict(ExportFixture.texts)
            #expect(ExportFixture.largestDifference(got.map(\.logits), model.expectedLogits) < 1e-4)
        }
    }

    /// All heads of all architectures in one run of Python, which takes long to start.
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
            let models = try Self.cases.map { family, pooling, kind in
                try ExportFixture(pooling, kind, epsilon: 1e-5, family: family, in: folder)
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
                #expect(answer.architecture == model.family.architecture)
                #expect(answer.labels == ExportFixture.labels)
                // GPT-2 in transformers has no tokens for an empty text.
                let compared = ExportFixture.texts.indices.filter {
                    model.family != .gpt2 || !ExportFixture.texts[$0].isEmpty
                }
                try #require(answer.logits.count == ExportFixture.texts.count)
                let difference = ExportFixture.largestDifference(
                    compared.map { answer.logits[$0] }, compared.map { model.expectedLogits[$0] })
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
