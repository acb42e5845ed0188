import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// The published CIFAR-10 networks with their own weights against PyTorch; see make_cifar_references.py.
@Suite struct CIFARReferenceTests {
    @Test(
        .enabled(if: RealInput.sharedData != nil, "no data folder here: set GRAFT_SHARED"),
        arguments: ["resnet20", "resnet56"])
    func outputsAndGradientsEqualPyTorchs(_ name: String) throws {
        let reference = try SafetensorsFile(path: Resources.url("cifar-references.safetensors").path)
        let data = try #require(RealInput.sharedData)
        let network = try ResNet.load(folder: data.appending(path: "weights/\(name)-cifar10"))
        let seed = Int(try reference.tensor(named: "\(name)/seed").scalar)
        let images = ResNetFixture.images(seed: seed, count: 4, side: 32)

        let features = FrozenResNet(network, belowCut: network.cutNames.count)(images)
        let head = try #require(network.head)
        let frozen = head(Variable(features), context: .evaluation).value
        try reference.expectClose(frozen, "\(name)/logits", tolerance: 1e-4)

        let logits = network(Variable(images), context: .training(seed: 1, step: 0, microBatch: 0))
        try reference.expectClose(logits.value, "\(name)/training-logits", tolerance: 1e-4)
        crossEntropy(logits, labels: [0, 1, 2, 3]).backward()
        for parameter in network.parameters {
            try reference.expectSamples(
                of: parameter.gradient, "\(name)/gradient/\(parameter.name)", tolerance: 1e-3)
        }
    }
}
