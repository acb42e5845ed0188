import Foundation
import StrictJSON
import TensorKernels

/// The weights of a model folder: `model.safetensors`, or several files that
/// `model.safetensors.index.json` lists.
public struct CheckpointFolder: Sendable {
    public let folder: URL
    /// The weights' files, in the order of their names.
    public let files: [SafetensorsFile]
    private let fileIndex: [[UInt8]: Int]

    /// - Throws: `CheckpointError` where there are no weights, a file is broken, or the index and the files
    ///   disagree.
    public init(_ folder: URL) throws {
        self.folder = folder
        let single = folder.appendingPathComponent("model.safetensors")
        let index = folder.appendingPathComponent("model.safetensors.index.json")
        if FileManager.default.fileExists(atPath: single.path) {
            files = [try SafetensorsFile(path: single.path)]
        } else if FileManager.default.fileExists(atPath: index.path) {
            files = try Self.shards(listedIn: index)
        } else {
            throw CheckpointError(
                .unreadable,
                "no weights here: neither model.safetensors nor model.safetensors.index.json "
                    + "(other formats, such as pytorch_model.bin, must be converted to safetensors)",
                file: folder.path)
        }
        var fileIndex: [[UInt8]: Int] = [:]
        for (position, file) in files.enumerated() {
            for name in file.names where fileIndex.updateValue(position, forKey: Array(name.utf8)) != nil {
                throw CheckpointError(.malformed, "is in another file too", file: file.path, tensor: name)
            }
        }
        self.fileIndex = fileIndex
    }

    /// All tensors, file by file.
    public var tensors: [TensorDescription] { files.flatMap(\.tensors) }

    public func description(named name: String) -> TensorDescription? {
        fileIndex[Array(name.utf8)].flatMap { files[$0].description(named: name) }
    }

    /// See `SafetensorsFile.tensor(named:)`.
    public func tensor(named name: String) throws -> Tensor { try file(holding: name).tensor(named: name) }

    /// See `SafetensorsFile.read(_:into:)`.
    public func read(_ name: String, into target: Tensor) throws {
        try file(holding: name).read(name, into: target)
    }

    private func file(holding name: String) throws -> SafetensorsFile {
        guard let position = fileIndex[Array(name.utf8)] else {
            throw CheckpointError(.missingTensor, "is in none of the files", file: folder.path, tensor: name)
        }
        return files[position]
    }

    private static func shards(listedIn index: URL) throws -> [SafetensorsFile] {
        let root: JSONValue
        do {
            root = try JSONValue(parsing: Data(contentsOf: index))
        } catch {
            throw CheckpointError(.malformed, "cannot be read as JSON: \(error)", file: index.path)
        }
        guard let entries = root["weight_map"]?.members, !entries.isEmpty else {
            throw CheckpointError(.malformed, "\"weight_map\" is missing or empty", file: index.path)
        }
        var files: [String: SafetensorsFile] = [:]
        for entry in entries {
            // A name that leads out of the folder is never followed.
            guard let name = entry.value.string, !name.contains("/"), name.hasSuffix(".safetensors") else {
                throw CheckpointError(
                    .malformed, "is not assigned to a .safetensors file of this folder", file: index.path,
                    tensor: entry.name)
            }
            let path = index.deletingLastPathComponent().appendingPathComponent(name).path
            let file = try files[name] ?? SafetensorsFile(path: path)
            files[name] = file
            guard file.description(named: entry.name) != nil else {
                throw CheckpointError(
                    .missingTensor, "is not in \(name)", file: index.path, tensor: entry.name)
            }
        }
        let listed = Set(entries.map { Array($0.name.utf8) })
        for file in files.values {
            if let surplus = file.names.first(where: { !listed.contains(Array($0.utf8)) }) {
                throw CheckpointError(.malformed, "is not in the index", file: file.path, tensor: surplus)
            }
        }
        return files.sorted { $0.key < $1.key }.map(\.value)
    }
}
