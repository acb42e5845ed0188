import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// A backbone's weights under the names that its module gives them, whatever the file calls them.
struct BackboneCheckpoint {
    /// How an architecture's files name what is theirs, and what may stand beside it.
    struct Naming: Sendable {
        /// Before every name in files of models with a head, "roberta.".
        var prefix: String
        /// Beginnings of names that may be left over.
        var optional: [String] = []
        /// The same, in files whose names have the prefix: heads of other tasks.
        var heads: [String] = []
        /// Constants that older files carry.
        var isConstant: @Sendable (_ name: String) -> Bool = {
            ["embeddings.position_ids", "embeddings.token_type_ids"].contains($0)
        }
    }

    private let naming: Naming
    private let weights: CheckpointFolder
    private let folder: URL
    /// From the model's name to the file's.
    private let fileNames: [String: String]
    private let hasPrefix: Bool

    init(folder: URL, naming: Naming) throws {
        self.folder = folder
        self.naming = naming
        weights = try CheckpointFolder(folder)
        var fileNames: [String: String] = [:]
        for tensor in weights.tensors {
            let name = Self.modelName(tensor.name, naming)
            if let other = fileNames.updateValue(tensor.name, forKey: name) {
                throw PretrainedBackboneError(
                    .weightsDisagree, "\"\(other)\" and \"\(tensor.name)\" are the same weight",
                    file: folder.path, tensors: [name])
            }
        }
        self.fileNames = fileNames
        hasPrefix = weights.tensors.contains { $0.name.hasPrefix(naming.prefix) }
    }

    private static func modelName(_ fileName: String, _ naming: Naming) -> String {
        var name =
            fileName.hasPrefix(naming.prefix) ? String(fileName.dropFirst(naming.prefix.count)) : fileName
        // Checkpoints converted from TensorFlow keep its names.
        if name.hasSuffix("LayerNorm.gamma") { name = name.dropLast("gamma".count) + "weight" }
        if name.hasSuffix("LayerNorm.beta") { name = name.dropLast("beta".count) + "bias" }
        return name
    }

    func holds(_ name: String) -> Bool { fileNames[name] != nil }

    func holdsAny(prefix: String) -> Bool { fileNames.keys.contains { $0.hasPrefix(prefix) } }

    /// PyTorch's counts of the batches that running statistics have seen; nothing depends on them.
    static let countsBatches: @Sendable (_ name: String) -> Bool = { $0.hasSuffix(".num_batches_tracked") }

    /// Fills all parameters; every weight of the file must belong to one of them. Names and shapes are compared
    /// before a parameter takes memory.
    func load(_ parameters: [Parameter]) throws { try load(parameters, buffers: []) }

    /// The same with running statistics.
    func load(_ module: some Module) throws { try load(module.parameters, buffers: module.buffers) }

    func load(_ parameters: [Parameter], buffers: [Buffer]) throws {
        for (parameter, fileName) in try sources(of: parameters, buffers: buffers) {
            try parameter.setValue { try weights.read(fileName, into: $0) }
        }
        for buffer in buffers {
            try weights.read(fileNames[buffer.name] ?? buffer.name, into: buffer.value)
        }
    }

    /// What the file calls each parameter. Missing and surplus tensors, and shapes that disagree, are refused
    /// with their names; no value is read.
    @discardableResult
    func sources(
        of parameters: [Parameter], buffers: [Buffer] = []
    ) throws -> [(parameter: Parameter, fileName: String)] {
        let wanted =
            parameters.map { ($0.name, $0.shape) } + buffers.map { ($0.name, $0.value.shape) }
        let names = Set(wanted.map(\.0))
        let optional = naming.optional + (hasPrefix ? naming.heads : [])
        try refuse(
            wanted.map(\.0).filter { fileNames[$0] == nil },
            "the weights lack {}, which config.json asks for")
        try refuse(
            fileNames.keys.filter { name in
                !names.contains(name) && !naming.isConstant(name)
                    && !optional.contains { name.hasPrefix($0) }
            }.sorted(),
            "the weights have {}, which config.json leaves no place for")
        for (name, shape) in wanted {
            guard let fileName = fileNames[name], let found = weights.description(named: fileName)?.shape,
                found != shape
            else { continue }
            throw PretrainedBackboneError(
                .weightsDisagree,
                "\"\(fileName)\" is of shape \(found), but config.json asks for \(shape)",
                file: folder.path, tensors: [name])
        }
        return parameters.compactMap { parameter in fileNames[parameter.name].map { (parameter, $0) } }
    }

    private func refuse(_ names: [String], _ message: String) throws {
        guard !names.isEmpty else { return }
        let listed = names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
        throw PretrainedBackboneError(
            .weightsDisagree, message.replacing("{}", with: listed + rest), file: folder.path, tensors: names)
    }
}
