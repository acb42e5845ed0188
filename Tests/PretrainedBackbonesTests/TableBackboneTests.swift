import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// Multilayer perceptrons for tables, against PyTorch (see make_table_references.py) and by themselves.
@Suite struct TableBackboneTests {
    static let sizes = ["relu": [24, 16], "gelu": [40], "tanh": [12, 12, 9], "linear": []]
    static let columnCount = 7
    static let labels = ["benign", "malignant", "unclear"]

    static let columns: [TableColumn] = {
        let means = ResNetFixture.numbers("means", count: columnCount)
        let deviations = ResNetFixture.numbers("deviations", count: columnCount)
        return (0..<columnCount).map {
            TableColumn(name: "column \($0)", mean: means[$0] * 100, deviation: deviations[$0] + 0.5)
        }
    }()

    static func rows(_ count: Int = 5) -> Tensor {
        Tensor(
            ResNetFixture.numbers("rows", count: count * columnCount).map { $0 * 100 },
            shape: [count, columnCount])
    }

    /// Runs `body` with a folder that describes a network without columns.
    private func withFolder<Result>(_ name: String, _ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            let activation = name == "linear" ? "relu" : name
            let config =
                #"{"model_type": "mlp", "hidden_sizes": \#(Self.sizes[name] ?? []), "activation": "\#(activation)"}"#
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            return try body(folder)
        }
    }

    private func network(_ folder: URL) throws -> any TableBackbone {
        let network = try TableBackboneCatalog.random(folder: folder, columns: Self.columns, seed: 1)
        for parameter in network.parameters {
            parameter.value.assign(ResNetFixture.weight(parameter.name, parameter.shape))
        }
        return network
    }

    @Test(arguments: sizes.keys.sorted()) func featuresAndGradientsEqualPyTorchs(_ name: String) throws {
        let reference = try SafetensorsFile(path: Resources.url("table-references.safetensors").path)
        func expectClose(_ found: Tensor, _ key: String, _ tolerance: Float) throws {
            let expected = try reference.tensor(named: "\(name)/\(key)")
            try #require(found.shape == expected.shape, "\(key)")
            let bound = tolerance * expected.maximumMagnitude()
            for (a, b) in zip(found.scalars, expected.scalars) { #expect(abs(a - b) <= bound, "\(key)") }
        }
        try withFolder(name) { folder in
            let network = try network(folder)
            let features = network.forward(
                Variable(Self.rows()), parts: 0..<network.cutNames.count,
                context: .training(seed: 1, step: 0, microBatch: 0))
            try expectClose(features.value, "features", 1e-4)
            try expectClose(
                network.frozenForward(belowCut: network.cutNames.count)(Self.rows()), "features", 1e-4)
            guard name != "linear" else { return }
            let upstream = ResNetFixture.numbers("upstream", count: features.value.count).map { $0 - 0.5 }
            (features * Variable(Tensor(upstream, shape: features.shape))).sum().backward()
            for parameter in network.parameters {
                try expectClose(parameter.gradient, "gradient/\(parameter.name)", 1e-3)
            }
        }
    }

    @Test(arguments: sizes.keys.sorted()) func cutsAreConsistent(_ name: String) throws {
        try withFolder(name) { folder in
            let network = try network(folder)
            let rows = Self.rows(40)
            for cut in 0...network.cutNames.count {
                let expected = network.forward(Variable(rows), parts: 0..<cut, context: .evaluation).value
                #expect(expected.shape == [40] + network.featureShape(belowCut: cut))
                let frozen = network.frozenForward(belowCut: cut)
                let all = frozen(rows)
                #expect(
                    zip(all.scalars, expected.scalars).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) })
                for range in [0..<1, 1..<30, 30..<40, 3..<3] {
                    #expect(frozen(rows.rows(range)).isIdentical(to: all.rows(range)), "cut \(cut) \(range)")
                }
            }
            #expect(
                network.parameters(belowCut: network.cutNames.count).map(\.name)
                    == network.parameters.map(\.name))
            #expect(network.parameters(belowCut: 1).isEmpty)
            let expected = zip([Self.columnCount] + (Self.sizes[name] ?? []), Self.sizes[name] ?? [])
            #expect(
                network.operations(belowCut: network.cutNames.count)
                    == expected.reduce(0) { $0 + 2 * $1.0 * $1.1 })
        }
    }

    /// An exported classifier, its folder loaded again, and the model's own logits.
    private func export(_ source: URL, to target: URL) throws -> [[Float]] {
        let network = try network(source)
        let head = Linear("any", inputs: network.featureCount, outputs: Self.labels.count)
        head.initialize(standardDeviation: 0.2, key: RandomKey(seed: 2))
        head.bias?.value.fillUniform(-1, 1, key: 3)
        let files = try TableClassifierExport.write(
            backbone: network, head: head, labels: Self.labels, backboneFolder: source, to: target)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).sorted() == files)
        let features = network.forward(
            Variable(Self.rows()), parts: 0..<network.cutNames.count, context: .evaluation)
        let logits = head(features, context: .evaluation).value
        return (0..<5).map { logits.rows($0..<$0 + 1).scalars }
    }

    private static var rowList: [[Float]] { (0..<5).map { rows().rows($0..<$0 + 1).scalars } }

    private func expectClose(_ found: [[Float]], _ expected: [[Float]]) {
        let bound = 1e-4 * (expected.joined().map(abs).max() ?? 0)
        #expect(found.count == expected.count)
        for (a, b) in zip(found.joined(), expected.joined()) { #expect(abs(a - b) <= bound) }
    }

    @Test(arguments: sizes.keys.sorted()) func exportedClassifiersComputeTheSame(_ name: String) throws {
        try withFolder(name) { source in
            try withTemporaryFolder { target in
                let expected = try export(source, to: target)
                let classifier = try TableClassifier.load(folder: target)
                #expect(classifier.labels == Self.labels && classifier.columns == Self.columns)
                expectClose(try classifier.predict(Self.rowList).map(\.logits), expected)
                // The folder is a backbone too, with its columns.
                let backbone = try TableBackboneCatalog.load(folder: target)
                #expect(backbone.columns == Self.columns)
                for row in [[], [Float](repeating: 1, count: 8), [1, 2, 3, .nan, 5, 6, 7]] {
                    #expect(throws: PretrainedBackboneError.self) { try classifier.predict([row]) }
                }
            }
        }
    }

    @Test(
        .enabled(
            if: PythonEnvironment.executable != nil, "no Python with torch and transformers: set GRAFT_PYTHON"
        ))
    func pyTorchComputesTheSame() throws {
        struct Answer: Decodable {
            let labels: [String]
            let logits: [[Float]]
        }
        let python = try #require(PythonEnvironment.executable)
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("table_logits.py")
        try withFolder("gelu") { source in
            try withTemporaryFolder { target in
                let expected = try export(source, to: target)
                let (status, output) = try PythonEnvironment.run(
                    python, [script.path, target.path], input: JSONEncoder().encode(Self.rowList))
                try #require(status == 0)
                let answer = try JSONDecoder().decode(Answer.self, from: output)
                #expect(answer.labels == Self.labels)
                expectClose(answer.logits, expected)
            }
        }
    }

    @Test(arguments: [
        (#"{"model_type": "mlp"}"#, "hidden_sizes"), (#"{"model_type": "vit"}"#, "vit"),
        (#"{"model_type": "mlp", "hidden_sizes": [0]}"#, "hidden_sizes"),
        (#"{"model_type": "mlp", "hidden_sizes": [4, "a"]}"#, "hidden_sizes"),
        (#"{"model_type": "mlp", "hidden_sizes": [4], "activation": "swish"}"#, "swish"),
        (#"{"model_type": "mlp", "hidden_sizes": [4], "dropout": 1}"#, "dropout"),
        (#"{"model_type": "mlp", "hidden_sizes": [4]}"#, "columns"),
        (#"{"model_type": "mlp", "hidden_sizes": [4], "columns": ["a", "a"]}"#, "columns"),
        (#"{"model_type": "mlp", "hidden_sizes": [4], "columns": ["a"]}"#, "column_means"),
        (
            #"{"model_type": "mlp", "hidden_sizes": [4], "columns": ["a"], "column_means": [1], "column_deviations": [0]}"#,
            "column_deviations"
        ),
    ]) func brokenConfigurationsAreRefused(config: String, named: String) throws {
        try withTemporaryFolder { folder in
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            let error = #expect(throws: PretrainedBackboneError.self) {
                try TableBackboneCatalog.random(folder: folder, seed: 1)
            }
            #expect(error?.message.contains(named) == true)
        }
    }

    @Test func columnsOfTheDataMustBeTheFiles() throws {
        try withTemporaryFolder { folder in
            let config = """
                {"model_type": "mlp", "hidden_sizes": [4], "columns": ["a", "b"], "column_means": [1, 2],
                 "column_deviations": [3, 4]}
                """
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            #expect(try TableBackboneCatalog.random(folder: folder, seed: 1).columns[1].deviation == 4)
            var columns = ["a", "b"].map { TableColumn(name: $0, mean: 9, deviation: 8) }
            let own = try TableBackboneCatalog.random(folder: folder, columns: columns, seed: 1)
            #expect(own.columns == columns)
            columns.swapAt(0, 1)
            let error = #expect(throws: PretrainedBackboneError.self) {
                try TableBackboneCatalog.random(folder: folder, columns: columns, seed: 1)
            }
            #expect(error?.message.contains("b, a") == true)
        }
    }
}
