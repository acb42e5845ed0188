import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

extension ResNet {
    /// Loads a network from a folder with `config.json` and safetensors weights, in one file or several, in
    /// single or half precision.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with the architecture, are named.
    public static func load(folder: URL) throws -> ResNet {
        let reader = try ResNetConfigurationReader(file: folder.appendingPathComponent("config.json"))
        let network = ResNet(try reader.configuration())
        try ImageCheckpoint(folder: folder).load(network)
        return network
    }
}

/// An image network's weights, under the names that the model gives them.
struct ImageCheckpoint {
    private let weights: CheckpointFolder
    private let folder: URL

    init(folder: URL) throws {
        self.folder = folder
        weights = try CheckpointFolder(folder)
    }

    /// Fills all parameters and buffers; every weight of the file must belong to one of them, but for PyTorch's
    /// counts of batches. Names and shapes are compared before a parameter takes memory.
    func load(_ network: some Module) throws {
        let (parameters, buffers) = (network.parameters, network.buffers)
        let wanted =
            parameters.map { ($0.name, $0.shape) } + buffers.map { ($0.name, $0.value.shape) }
        let names = Set(wanted.map(\.0))
        try refuse(
            wanted.map(\.0).filter { weights.description(named: $0) == nil },
            "the weights lack {}, which the architecture asks for")
        try refuse(
            weights.tensors.map(\.name).filter {
                !names.contains($0) && !$0.hasSuffix(".num_batches_tracked")
            },
            "the weights have {}, which the architecture leaves no place for")
        for (name, shape) in wanted {
            guard let found = weights.description(named: name)?.shape, found != shape else { continue }
            throw PretrainedBackboneError(
                .weightsDisagree, "\"\(name)\" is of shape \(found), but the architecture asks for \(shape)",
                file: folder.path, tensors: [name])
        }
        for parameter in parameters {
            try parameter.setValue { try weights.read(parameter.name, into: $0) }
        }
        for buffer in buffers { try weights.read(buffer.name, into: buffer.value) }
    }

    private func refuse(_ names: [String], _ message: String) throws {
        guard !names.isEmpty else { return }
        let listed = names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
        throw PretrainedBackboneError(
            .weightsDisagree, message.replacing("{}", with: listed + rest), file: folder.path, tensors: names)
    }
}
