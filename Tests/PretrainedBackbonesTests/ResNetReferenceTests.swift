import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing

@testable import PretrainedBackbones

/// Residual networks against PyTorch; see make_resnet_references.py.
@Suite struct ResNetReferenceTests {
    static let names = ["resnet18", "resnet34", "resnet50", "resnet20", "resnet32", "resnet44", "resnet56"]

    let reference: SafetensorsFile

    init() throws {
        reference = try SafetensorsFile(path: Resources.url("resnet-references.safetensors").path)
    }

    @Test(arguments: names) func outputsEqualPyTorchs(_ name: String) throws {
        let network = try ResNetFixture.network(name)
        let images = try images(for: name)
        let logits = network(Variable(images), context: .evaluation).value
        try reference.expectClose(logits, "\(name)/logits", tolerance: 1e-4)

        var stageNames = ["stem", "layer1", "layer2", "layer3", "pooled"]
        if isLarge(name) { stageNames.insert("layer4", at: 4) }
        for cutName in stageNames {
            let cut = try network.cut(named: cutName)
            let frozen = FrozenResNet(network, belowCut: cut)(images)
            try reference.expectSamples(of: frozen, "\(name)/cut/\(cutName)", tolerance: 1e-4)
            let rest = network.forward(
                Variable(frozen), parts: cut..<network.cutNames.count, context: .evaluation)
            let head = try #require(network.head)
            try reference.expectClose(
                head(rest, context: .evaluation).value, "\(name)/logits", tolerance: 1e-4)
        }
    }

    @Test(arguments: names) func gradientsEqualPyTorchs(_ name: String) throws {
        let network = try ResNetFixture.network(name)
        let images = try images(for: name)
        let logits = network(Variable(images), context: .training(seed: 1, step: 0, microBatch: 0))
        try reference.expectClose(logits.value, "\(name)/training-logits", tolerance: 1e-4)
        crossEntropy(logits, labels: [0, 1, 2, 3]).backward()
        for parameter in network.parameters {
            try reference.expectSamples(
                of: parameter.gradient, "\(name)/gradient/\(parameter.name)", tolerance: 1e-3)
        }
        for buffer in network.buffers {
            buffer.followObservations()
            try reference.expectSamples(of: buffer.value, "\(name)/buffer/\(buffer.name)", tolerance: 1e-4)
        }
    }

    /// Those that the script chose; see `rounding_error` there.
    private func images(for name: String) throws -> Tensor {
        let seed = Int(try reference.tensor(named: "\(name)/seed").scalar)
        return ResNetFixture.images(seed: seed, count: 4, side: isLarge(name) ? 64 : 32)
    }

    private func isLarge(_ name: String) -> Bool { ["resnet18", "resnet34", "resnet50"].contains(name) }
}
