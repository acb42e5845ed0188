import DifferentiableTensors
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// Exported image classifiers compute what the trained model computed, here and in the libraries whose layout
/// they have.
@Suite struct ImageClassifierTests {
    typealias Folder = ImageBackboneFolder

    static let labels = ["cat", "dog", "émeu", "\"eel\""]

    /// A model with weights and statistics unlike those of a new one, exported, and its logits of `images`.
    private func export(_ folder: Folder, from source: URL, to target: URL) throws -> [[Float]] {
        let backbone = try ImageBackboneCatalog.random(folder: source, seed: 3)
        ImageBackboneFolder.roughen(backbone)
        let head = Linear("classifier", inputs: backbone.featureCount, outputs: Self.labels.count)
        head.initialize(standardDeviation: 0.1, key: RandomKey(seed: 4))
        head.bias?.value.fillUniform(-1, 1, key: 5)
        let files = try ImageClassifierExport.write(
            backbone: backbone, head: head, labels: Self.labels, backboneFolder: source, to: target)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).sorted() == files.sorted())
        let input = backbone.input
        let tensor = try input.tensor(Self.images(input), height: input.height, width: input.width)
        let features = backbone.forward(
            Variable(tensor), parts: 0..<backbone.cutNames.count, context: .evaluation)
        let logits = head(features, context: .evaluation).value
        return (0..<2).map { logits.rows($0..<$0 + 1).scalars }
    }

    static func images(_ input: ImageInput) -> [[UInt8]] {
        (0..<2).map { image in
            ResNetFixture.numbers("bytes-\(image)", count: input.height * input.width * 3).map {
                UInt8($0 * 256)
            }
        }
    }

    private func expectClose(_ found: [[Float]], _ expected: [[Float]], _ what: String) {
        let largest = expected.joined().map(abs).max() ?? 0
        #expect(found.count == expected.count)
        for (a, b) in zip(found.joined(), expected.joined()) {
            #expect(abs(a - b) <= 1e-4 * largest, "\(what)")
        }
    }

    @Test(arguments: Folder.allCases) func predictionsOfTheFolderAreTheModels(_ folder: Folder) throws {
        try folder.withConfiguration { source in
            try withTemporaryFolder { target in
                let expected = try export(folder, from: source, to: target)
                let classifier = try ImageClassifier.load(folder: target)
                #expect(classifier.labels == Self.labels)
                let predictions = try classifier.predict(Self.images(classifier.input))
                expectClose(predictions.map(\.logits), expected, folder.rawValue)
                for prediction in predictions {
                    let best = try #require(
                        prediction.logits.indices.max { prediction.logits[$0] < prediction.logits[$1] })
                    #expect(prediction.label == Self.labels[best])
                    #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-5)
                }
                // The folder is a backbone too.
                #expect(throws: Never.self) { try ImageBackboneCatalog.load(folder: target) }
            }
        }
    }

    /// All layouts in one run of Python, which takes long to start.
    @Test(
        .enabled(
            if: PythonEnvironment.executable(with: ["timm", "torchvision"]) != nil,
            "no Python with torch, transformers, timm and torchvision: set GRAFT_PYTHON"))
    func librariesComputeTheSame() throws {
        struct Answer: Decodable {
            let labels: [String]
            let logits: [[Float]]
        }
        let python = try #require(PythonEnvironment.executable(with: ["timm", "torchvision"]))
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("image_logits.py")
        try withTemporaryFolder { root in
            var expected: [[[Float]]] = []
            for folder in Folder.allCases {
                let target = root.appending(path: folder.rawValue)
                try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
                expected.append(try folder.withConfiguration { try export(folder, from: $0, to: target) })
                let input = try ImageClassifier.load(folder: target).input
                let bytes = Data(Self.images(input).joined())
                try bytes.write(to: target.appending(path: "images.bin"))
            }
            let (status, output) = try PythonEnvironment.run(
                python, [script.path] + Folder.allCases.map { root.appending(path: $0.rawValue).path },
                input: Data())
            try #require(status == 0)
            let lines = output.split(separator: UInt8(ascii: "\n"))
            try #require(lines.count == expected.count)
            for (index, folder) in Folder.allCases.enumerated() {
                let answer = try JSONDecoder().decode(Answer.self, from: lines[index])
                #expect(answer.labels == Self.labels, "\(folder)")
                expectClose(answer.logits, expected[index], folder.rawValue)
            }
        }
    }

    @Test func configurationSaysTheNewClassesOnly() throws {
        try withTemporaryFolder { source in
            let config = """
                {"architecture": "resnet20", "dataset": "cifar10", "best_prec1": 91.5, "label_names": ["x"],
                 "pretrained_cfg": {"input_size": [3, 8, 8], "mean": [0, 0, 0], "std": [1, 1, 1],
                 "num_classes": 1000, "label_names": ["y"], "crop_pct": 0.5}}
                """
            try Data(config.utf8).write(to: source.appending(path: "config.json"))
            try withTemporaryFolder { target in
                _ = try export(.cifarResNet, from: source, to: target)
                let root = try JSONValue(parsing: Data(contentsOf: target.appending(path: "config.json")))
                #expect(root["num_classes"]?.integer == 4)
                #expect(root["pretrained_cfg"]?["num_classes"]?.integer == 4)
                #expect(root["pretrained_cfg"]?["label_names"] == nil && root["best_prec1"] == nil)
                #expect(root["label_names"]?.array?.compactMap(\.string) == Self.labels)
                guard case .number(let crop) = root["pretrained_cfg"]?["crop_pct"] else {
                    Issue.record("crop_pct is lost")
                    return
                }
                #expect(crop == 0.5)
            }
        }
    }

    @Test(arguments: [["a", "b", "c"], ["a", "b", "c", "a"]])
    func labelsMustFit(labels: [String]) throws {
        try Folder.cifarResNet.withConfiguration { folder in
            let backbone = try ImageBackboneCatalog.random(folder: folder, seed: 1)
            let head = Linear("fc", inputs: 64, outputs: 4)
            #expect(throws: PretrainedBackboneError.self) {
                try ImageClassifierExport.write(
                    backbone: backbone, head: head, labels: labels, backboneFolder: folder, to: folder)
            }
        }
    }

    @Test func backbonesAndWrongSizesAreRefused() throws {
        try Folder.cifarResNet.withConfiguration { source in
            try withTemporaryFolder { target in
                _ = try export(.cifarResNet, from: source, to: target)
                let classifier = try ImageClassifier.load(folder: target)
                #expect(throws: PretrainedBackboneError.self) { try classifier.predict([[1, 2, 3]]) }
                let config = target.appending(path: "config.json")
                let text = try String(contentsOf: config, encoding: .utf8)
                for (old, new) in [("\"num_classes\": 4", "\"num_classes\": 0"), ("\"cat\",", "")] {
                    try Data(text.replacing(old, with: new).utf8).write(to: config)
                    let error = #expect(throws: PretrainedBackboneError.self) {
                        try ImageClassifier.load(folder: target)
                    }
                    #expect(error?.code == .malformedConfiguration)
                }
            }
        }
    }
}
