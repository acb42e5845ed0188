import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import TestingSupport

@testable import PretrainedBackbones

/// Residual networks of the true architectures with the weights that make_resnet_references.py computes.
enum ResNetFixture {
    /// See `numbers` in make_resnet_references.py.
    static func numbers(_ name: String, count: Int) -> [Float] {
        var hash: UInt32 = 0x811C_9DC5
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return (0..<count).map { index in
            var x = UInt32(truncatingIfNeeded: index) &* 2_654_435_761 &+ hash
            x = (x ^ x >> 16) &* 0x045D_9F3B
            x ^= x >> 16
            return Float(x >> 8) / Float(1 << 24)
        }
    }

    /// See `weight` there.
    static func weight(_ name: String, _ shape: [Int]) -> Tensor {
        let u = numbers(name, count: shape.reduce(1, *))
        let bound = (12 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
        let isBranchEnd = name.hasSuffix("bn2.weight") || name.hasSuffix("bn3.weight")
        let scalars =
            if name.hasSuffix("running_var") || shape.count == 1 && name.hasSuffix("weight") {
                u.map { ($0 + 0.5) * (isBranchEnd ? 0.25 : 1) }
            } else if shape.count == 1 {
                u.map { ($0 - 0.5) * 0.25 }
            } else {
                u.map { ($0 - 0.5) * bound }
            }
        return Tensor(scalars, shape: shape)
    }

    static func images(seed: Int = 0, count: Int, side: Int) -> Tensor {
        Tensor(
            numbers("images-\(seed)", count: count * side * side * 3).map { $0 * 4 - 2 },
            shape: [count, side, side, 3])
    }

    static func configuration(_ name: String) throws -> ResNetConfiguration {
        let input = ImageInput(height: 32, width: 32, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
        guard let found = ResNetConfiguration.named(name, classCount: 10, input: input) else {
            throw PretrainedBackboneError(.unsupported, "no such network", file: name)
        }
        return found
    }

    static func network(_ name: String) throws -> ResNet {
        let network = ResNet(try configuration(name))
        for parameter in network.parameters {
            parameter.setValue { $0.assign(weight(parameter.name, parameter.shape)) }
        }
        for buffer in network.buffers { buffer.value.assign(weight(buffer.name, buffer.value.shape)) }
        return network
    }

    /// Writes a folder as timm does, its weights changed by `change`.
    static func write(
        _ name: String, to folder: URL, config: String? = nil,
        change: (inout [(name: String, tensor: Tensor)]) -> Void = { _ in }
    ) throws {
        let network = try network(name)
        var tensors = network.parameters.map { (name: $0.name, tensor: $0.value) }
        tensors += network.buffers.map { (name: $0.name, tensor: $0.value) }
        change(&tensors)
        try SafetensorsWriter.write(tensors, to: folder.appending(path: "model.safetensors"))
        let config =
            config ?? """
                {"architecture": "\(name)", "num_classes": 10, "pretrained_cfg": {"input_size": [3, 32, 32],
                 "mean": [0.5, 0.25, 0], "std": [0.5, 1, 2]}}
                """
        try Data(config.utf8).write(to: folder.appending(path: "config.json"))
    }
}
