import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// What every image backbone must do.
@Suite struct ImageBackboneTests {
    typealias Folder = ImageBackboneFolder

    private func random(_ folder: Folder, seed: UInt64 = 1) throws -> any ImageBackbone {
        try folder.withConfiguration { try ImageBackboneCatalog.random(folder: $0, seed: seed) }
    }

    private func images(_ backbone: any ImageBackbone, count: Int) -> Tensor {
        let images = Tensor(uninitialized: [count, backbone.input.height, backbone.input.width, 3])
        images.fillUniform(-1, 1, key: 5)
        return images
    }

    @Test(arguments: Folder.allCases) func featuresAreShapedAsItSays(_ folder: Folder) throws {
        let backbone = try random(folder)
        let images = images(backbone, count: 2)
        var hidden = Variable(images)
        var operations = 0
        for cut in 0...backbone.cutNames.count {
            if cut > 0 { hidden = backbone.forward(hidden, parts: cut - 1..<cut, context: .evaluation) }
            #expect(hidden.shape == [2] + backbone.featureShape(belowCut: cut), "cut \(cut)")
            #expect(backbone.operations(belowCut: cut) >= operations)
            operations = backbone.operations(belowCut: cut)
        }
        #expect(operations > 0 && backbone.operations(belowCut: 0) == 0)
        #expect(backbone.featureShape(belowCut: backbone.cutNames.count) == [backbone.featureCount])
    }

    @Test(arguments: Folder.allCases) func frozenPartsComputeTheSame(_ folder: Folder) throws {
        let backbone = try random(folder)
        let images = images(backbone, count: 3)
        for cut in [0, 1, backbone.cutNames.count / 2, backbone.cutNames.count] {
            let expected = backbone.forward(Variable(images), parts: 0..<cut, context: .evaluation).value
            let frozen = backbone.frozenForward(belowCut: cut)
            let all = frozen(images)
            #expect(all.shape == expected.shape)
            let tolerance = 1e-4 * expected.maximumMagnitude()
            #expect(zip(all.scalars, expected.scalars).allSatisfy { abs($0 - $1) <= tolerance }, "cut \(cut)")
            for range in [0..<1, 1..<3] {
                #expect(frozen(images.rows(range)).isIdentical(to: all.rows(range)), "cut \(cut)")
            }
            #expect(frozen(images.rows(0..<0)).shape == [0] + backbone.featureShape(belowCut: cut))
        }
    }

    @Test(arguments: Folder.allCases) func everyWeightLiesBelowTheLastCut(_ folder: Folder) throws {
        let backbone = try random(folder)
        let names = backbone.cutNames
        #expect(backbone.parameters(belowCut: names.count).map(\.name) == backbone.parameters.map(\.name))
        #expect(backbone.buffers(belowCut: names.count).map(\.name) == backbone.buffers.map(\.name))
        #expect(backbone.parameters(belowCut: 0).isEmpty && backbone.buffers(belowCut: 0).isEmpty)
        for cut in 1..<names.count {
            let below = backbone.parameters(belowCut: cut).map(\.name)
            #expect(below == Array(backbone.parameters.map(\.name).prefix(below.count)))
            #expect(try backbone.cut(named: names[cut - 1]) == cut)
        }
        backbone.freeze(belowCut: 1)
        #expect(
            backbone.trainableParameters.count == backbone.parameters.count
                - backbone.parameters(belowCut: 1).count)
        let error = #expect(throws: PretrainedBackboneError.self) { try backbone.cut(named: "nowhere") }
        #expect(error?.message.contains(names[1]) == true)
    }

    @Test(arguments: Folder.allCases) func seedsDecideRandomWeights(_ folder: Folder) throws {
        let (a, b, other) = (try random(folder), try random(folder), try random(folder, seed: 2))
        for (index, parameter) in a.parameters.enumerated() {
            #expect(parameter.value.isIdentical(to: b.parameters[index].value), "\(parameter.name)")
            guard parameter.shape.count > 1 else { continue }
            #expect(!parameter.value.isIdentical(to: other.parameters[index].value), "\(parameter.name)")
        }
        // Beginning again leaves nothing of what was there.
        for parameter in other.parameters { parameter.value.fill(3) }
        for buffer in other.buffers { buffer.value.fill(3) }
        other.initialize(seed: 1)
        for (mine, its) in zip(other.namedTensors(), a.namedTensors()) {
            #expect(mine.tensor.isIdentical(to: its.tensor), "\(mine.name)")
        }
    }

    @Test(arguments: Folder.allCases) func headsArePassedOver(_ folder: Folder) throws {
        try folder.withConfiguration { url in
            let made = try ImageBackboneCatalog.random(folder: url, seed: 1)
            for buffer in made.buffers { buffer.value.fill(0.75) }
            var tensors = made.namedTensors()
            // As many classes as no configuration says.
            tensors.append(("\(made.headName).weight", .zeros([3, made.featureCount])))
            tensors.append(("\(made.headName).bias", .zeros([3])))
            try SafetensorsWriter.write(tensors, to: url.appending(path: "model.safetensors"))
            let loaded = try ImageBackboneCatalog.load(folder: url)
            #expect(loaded.input == made.input && loaded.featureCount == made.featureCount)
            for (mine, its) in zip(loaded.namedTensors(), made.namedTensors()) {
                #expect(mine.name == its.name && mine.tensor.isIdentical(to: its.tensor), "\(mine.name)")
            }
        }
    }

    @Test(arguments: Folder.allCases, StoredWeights.allCases)
    func halfPrecisionAndShardsLoad(_ folder: Folder, _ stored: StoredWeights) throws {
        for shards in [1, 3] {
            try folder.withConfiguration { url in
                let made = try ImageBackboneCatalog.random(folder: url, seed: 1)
                for (name, tensor) in made.namedTensors() {
                    // Exact in either type.
                    let numbers = ResNetFixture.numbers(name, count: tensor.count)
                    tensor.assign(Tensor(numbers.map { ($0 * 100).rounded() / 16 - 3 }, shape: tensor.shape))
                }
                try stored.write(made.namedTensors(), shards: shards, to: url)
                let loaded = try ImageBackboneCatalog.load(folder: url)
                for (mine, its) in zip(loaded.namedTensors(), made.namedTensors()) {
                    #expect(mine.tensor.isIdentical(to: its.tensor), "\(mine.name)")
                }
            }
        }
    }

    @Test(arguments: [
        (#"{"architecture": "vgg11"}"#, "vgg11"),
        (#"{"architecture": "vit_tiny_patch16_224"}"#, "input_size"),
        (#"{"model_type": "bert"}"#, "bert"), (#"{}"#, "architecture"),
        (#"{"model_type": "vit"}"#, "hidden_size"),
        (
            #"{"model_type": "vit", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 5, "intermediate_size": 8}"#,
            "5 heads"
        ),
        (
            #"{"model_type": "vit", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 8, "image_size": 30}"#,
            "patches"
        ),
        (
            #"{"model_type": "deit", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 8, "qkv_bias": false}"#,
            "qkv_bias"
        ),
        (
            #"{"architecture": "vit_tiny_patch16_224", "model_args": {"qk_norm": true}, "input_size": [3, 32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]}"#,
            "qk_norm"
        ),
        (
            #"{"architecture": "vit_tiny_patch16_224", "global_pool": "avg", "input_size": [3, 32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]}"#,
            "global_pool"
        ),
        (#"{"architecture": "mobilenet_v2", "input_size": [3, 32]}"#, "input_size"),
    ]) func brokenConfigurationsAreRefused(config: String, named: String) throws {
        try withTemporaryFolder { folder in
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            let error = #expect(throws: PretrainedBackboneError.self) {
                try ImageBackboneCatalog.random(folder: folder, seed: 1)
            }
            #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: Folder.allCases) func missingAndSurplusTensorsAreNamed(_ folder: Folder) throws {
        try folder.withConfiguration { url in
            let weights = url.appending(path: "model.safetensors")
            let tensors = try ImageBackboneCatalog.random(folder: url, seed: 1).namedTensors()
            let lost = try #require(tensors.last?.name)
            try SafetensorsWriter.write(tensors.dropLast(), to: weights)
            let missing = #expect(throws: PretrainedBackboneError.self) {
                try ImageBackboneCatalog.load(folder: url)
            }
            #expect(missing?.tensors == [lost] && missing?.message.contains(lost) == true)
            try SafetensorsWriter.write(tensors + [("stray.weight", .zeros([1]))], to: weights)
            let surplus = #expect(throws: PretrainedBackboneError.self) {
                try ImageBackboneCatalog.load(folder: url)
            }
            #expect(surplus?.tensors == ["stray.weight"])
        }
    }
}
