import CheckpointFormats
import DifferentiableTensors
import Foundation

/// A BERT model's weights under the names that `BertEncoder` gives them, whatever the file calls them.
struct BertCheckpoint {
    /// Whether the file's names begin with `bert.`, as those of models with a head do.
    let hasPrefix: Bool
    private let weights: CheckpointFolder
    private let folder: URL
    /// From the model's name to the file's.
    private let fileNames: [String: String]

    init(folder: URL) throws {
        self.folder = folder
        weights = try CheckpointFolder(folder)
        var fileNames: [String: String] = [:]
        for tensor in weights.tensors {
            let name = Self.modelName(tensor.name)
            if let other = fileNames.updateValue(tensor.name, forKey: name) {
                throw PretrainedBackboneError(
                    .weightsDisagree, "\"\(other)\" and \"\(tensor.name)\" are the same weight",
                    file: folder.path,
                    tensors: [name])
            }
        }
        self.fileNames = fileNames
        hasPrefix = weights.tensors.contains { $0.name.hasPrefix(Self.prefix) }
    }

    private static let prefix = "bert."
    /// Constants that older checkpoints carry.
    private static let ignored: Set<String> = ["embeddings.position_ids", "embeddings.token_type_ids"]

    private static func modelName(_ fileName: String) -> String {
        var name = fileName.hasPrefix(prefix) ? String(fileName.dropFirst(prefix.count)) : fileName
        // Checkpoints converted from TensorFlow keep its names.
        if name.hasSuffix("LayerNorm.gamma") { name = name.dropLast("gamma".count) + "weight" }
        if name.hasSuffix("LayerNorm.beta") { name = name.dropLast("beta".count) + "bias" }
        return name
    }

    /// Fills all parameters; every weight of the file must belong to one of them. Names and shapes are compared
    /// before a parameter takes memory: sizes that `config.json` has wrong cost none.
    /// - Parameter passingOver: beginnings of names that may be left over.
    func load(_ parameters: [Parameter], passingOver: [String]) throws {
        let wanted = Set(parameters.map(\.name))
        try refuse(
            parameters.map(\.name).filter { fileNames[$0] == nil },
            "the weights lack {}, which config.json asks for")
        try refuse(
            fileNames.keys.filter { name in
                !wanted.contains(name) && !Self.ignored.contains(name)
                    && !passingOver.contains { name.hasPrefix($0) }
            }.sorted(),
            "the weights have {}, which config.json leaves no place for")
        var sources: [(parameter: Parameter, fileName: String)] = []
        for parameter in parameters {
            guard let fileName = fileNames[parameter.name],
                let description = weights.description(named: fileName)
            else { continue }
            guard description.shape == parameter.shape else {
                throw PretrainedBackboneError(
                    .weightsDisagree,
                    "\"\(fileName)\" is of shape \(description.shape), but config.json asks for \(parameter.shape)",
                    file: folder.path, tensors: [parameter.name])
            }
            sources.append((parameter, fileName))
        }
        for (parameter, fileName) in sources {
            try parameter.setValue { try weights.read(fileName, into: $0) }
        }
    }

    func shape(of name: String) -> [Int]? {
        fileNames[name].flatMap { weights.description(named: $0)?.shape }
    }

    private func refuse(_ names: [String], _ message: String) throws {
        guard !names.isEmpty else { return }
        let listed = names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
        throw PretrainedBackboneError(
            .weightsDisagree, message.replacing("{}", with: listed + rest), file: folder.path, tensors: names)
    }
}
