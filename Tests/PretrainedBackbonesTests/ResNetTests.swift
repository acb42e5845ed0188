import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// Residual networks by themselves: folders, cuts, frozen parts.
@Suite struct ResNetTests {
    @Test func loadsAFolderAsTimmWritesIt() throws {
        try withTemporaryFolder { folder in
            try ResNetFixture.write("resnet20", to: folder) { tensors in
                tensors.append(("bn1.num_batches_tracked", Tensor([7], shape: [])))
            }
            let loaded = try ResNet.load(folder: folder)
            let made = try ResNetFixture.network("resnet20")
            for (a, b) in zip(loaded.parameters, made.parameters) {
                #expect(a.name == b.name && a.value.isIdentical(to: b.value))
            }
            for (a, b) in zip(loaded.buffers, made.buffers) {
                #expect(a.name == b.name && a.value.isIdentical(to: b.value))
            }
            #expect(loaded.configuration.input.mean == [0.5, 0.25, 0])
            #expect(loaded.parameterCount == 269_722)
        }
    }

    @Test func refusesMissingTensorsByName() throws {
        try withTemporaryFolder { folder in
            try ResNetFixture.write("resnet20", to: folder) { tensors in
                tensors.removeAll { $0.name == "layer2.0.bn1.running_var" || $0.name == "linear.bias" }
            }
            let error = try #require(throws: PretrainedBackboneError.self) { try ResNet.load(folder: folder) }
            #expect(error.code == .weightsDisagree)
            #expect(Set(error.tensors) == ["layer2.0.bn1.running_var", "linear.bias"])
            #expect(error.message.contains("layer2.0.bn1.running_var"))
        }
    }

    @Test func refusesSurplusTensorsByName() throws {
        try withTemporaryFolder { folder in
            try ResNetFixture.write("resnet20", to: folder) {
                $0.append(("layer9.0.conv1.weight", .zeros([1])))
            }
            let error = try #require(throws: PretrainedBackboneError.self) { try ResNet.load(folder: folder) }
            #expect(error.code == .weightsDisagree)
            #expect(error.tensors == ["layer9.0.conv1.weight"])
        }
    }

    @Test func refusesOtherShapesByName() throws {
        try withTemporaryFolder { folder in
            try ResNetFixture.write("resnet20", to: folder) { tensors in
                guard let place = tensors.firstIndex(where: { $0.name == "linear.bias" }) else { return }
                tensors[place].tensor = .zeros([11])
            }
            let error = try #require(throws: PretrainedBackboneError.self) { try ResNet.load(folder: folder) }
            #expect(error.tensors == ["linear.bias"])
            #expect(error.message.contains("[11]") && error.message.contains("[10]"))
        }
    }

    @Test(arguments: [
        ("{}", "architecture"), (#"{"architecture": "resnet51"}"#, "num_classes"), ("[", "JSON"),
        (
            #"{"architecture": "vgg11", "num_classes": 10, "input_size": [3, 8, 8], "mean": [0, 0, 0], "std": [1, 1, 1]}"#,
            "vgg11"
        ),
        (#"{"architecture": "resnet20", "num_classes": -1}"#, "num_classes"),
        (#"{"architecture": "resnet20", "num_classes": 10, "input_size": [1, 8, 8]}"#, "input_size"),
        (
            #"{"architecture": "resnet20", "num_classes": 10, "input_size": [3, 8, 8], "mean": [0, 0, 0], "std": [1, 0, 1]}"#,
            "std"
        ),
        (
            #"{"architecture": "resnet20", "num_classes": 10, "input_size": [3, 8, 8], "mean": [0, "a", 0], "std": [1, 1, 1]}"#,
            "mean"
        ),
    ]) func refusesBrokenConfigurations(config: String, named: String) throws {
        try withTemporaryFolder { folder in
            try ResNetFixture.write("resnet20", to: folder, config: config)
            let error = try #require(throws: PretrainedBackboneError.self) { try ResNet.load(folder: folder) }
            #expect(error.message.contains(named))
        }
    }

    @Test func everyPartHasItsCut() throws {
        let network = try ResNetFixture.network("resnet18")
        #expect(network.cutNames.first == "stem" && network.cutNames.last == "pooled")
        #expect(try network.cut(named: "stem") == 1)
        #expect(try network.cut(named: "layer1") == 3)
        #expect(try network.cut(named: "layer2.0") == 4)
        #expect(try network.cut(named: "pooled") == network.cutNames.count)
        let error = #expect(throws: PretrainedBackboneError.self) { try network.cut(named: "layer5") }
        #expect(error?.message.contains("layer4.1") == true)
        // Every parameter but the head's lies below the last cut, none below the first.
        let below = network.parameters(belowCut: network.cutNames.count).map(\.name)
        #expect(below == network.parameters.map(\.name).filter { !$0.hasPrefix("fc.") })
        #expect(network.parameters(belowCut: 0).isEmpty)
    }

    @Test(arguments: ["resnet20", "resnet18"]) func frozenImagesDoNotDependOnTheirNeighbours(_ name: String)
        throws
    {
        let network = try ResNetFixture.network(name)
        let images = ResNetFixture.images(count: 5, side: 32)
        let frozen = FrozenResNet(network, belowCut: network.cutNames.count)
        let all = frozen(images)
        for range in [0..<1, 1..<4, 4..<5] {
            #expect(frozen(images.rows(range)).isIdentical(to: all.rows(range)))
        }
        #expect(frozen(images.rows(0..<0)).shape == [0, network.configuration.featureCount])
    }

    @Test func frozenPartsKeepTheirStatistics() throws {
        let network = try ResNetFixture.network("resnet20")
        for parameter in network.parameters(belowCut: try network.cut(named: "layer1")) {
            parameter.isTrainable = false
        }
        let before = Dictionary(uniqueKeysWithValues: network.buffers.map { ($0.name, $0.value.copy()) })
        let images = ResNetFixture.images(count: 2, side: 32)
        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        let hidden = network.forward(Variable(images), parts: 0..<4, context: context)
        #expect(!hidden.requiresGradient)
        let folded = FrozenResNet(network, belowCut: 4)(images)
        let largest = folded.maximumMagnitude()
        for (a, b) in zip(hidden.value.scalars, folded.scalars) { #expect(abs(a - b) <= 1e-5 * largest) }
        _ = network(Variable(images), context: context)
        for buffer in network.buffers {
            buffer.followObservations()
            let isFrozen = buffer.name.hasPrefix("bn1") || buffer.name.hasPrefix("layer1")
            #expect(before[buffer.name]?.isIdentical(to: buffer.value) == isFrozen, "\(buffer.name)")
        }
    }

    @Test func randomNetworksComeFromTheirSeed() throws {
        let configuration = try ResNetFixture.configuration("resnet20")
        let (a, b) = (ResNet.random(configuration, seed: 3), ResNet.random(configuration, seed: 3))
        let other = ResNet.random(configuration, seed: 4)
        for (index, parameter) in a.parameters.enumerated() {
            #expect(parameter.value.isIdentical(to: b.parameters[index].value))
            if parameter.shape.count > 1 {
                #expect(!parameter.value.isIdentical(to: other.parameters[index].value))
                #expect(parameter.value.maximumMagnitude() > 0)
            }
        }
    }

    @Test func imagesAreNormalised() throws {
        let input = ImageInput(height: 1, width: 2, mean: [0.5, 0, 0.25], standardDeviation: [0.5, 1, 2])
        let tensor = try input.tensor([[255, 0, 51, 0, 255, 255]], height: 1, width: 2)
        #expect(tensor.shape == [1, 1, 2, 3])
        for (found, expected) in zip(tensor.scalars, [1, 0, -0.025, -1, 1, 0.375] as [Float]) {
            #expect(abs(found - expected) < 1e-6)
        }
        #expect(throws: PretrainedBackboneError.self) { try input.tensor([[1, 2]], height: 1, width: 2) }
    }
}
