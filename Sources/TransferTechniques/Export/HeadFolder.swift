import CheckpointFormats
import Foundation
import TensorKernels

/// What one task's model has beside the trunk that it shares with others, and how both become its model again.
///
/// `heads/NAME` in a model folder holds the files of the task's model that the trunk's folder has not, and in place of
/// its weights `head.safetensors`, with the tensors that are not the trunk's own. Its metadata say, for the others, under
/// which name they are in the trunk.
public enum HeadFolder {
    /// The folder of all heads in a model folder.
    public static let folderName = "heads"
    private static let weightsName = "model.safetensors"
    private static let headName = "head.safetensors"
    private static let trunkPrefix = "trunk:"
    /// Files that the task's model has in common with the trunk's folder, one a line.
    private static let filesKey = "trunk_files"

    /// Names of the heads in a model folder, in ascending order.
    ///
    /// - Throws: `TechniqueError` `.unsupported` where there are none.
    public static func names(in folder: URL) throws -> [String] {
        let heads = folder.appendingPathComponent(folderName)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: heads.path))?.sorted() ?? []
        guard !names.isEmpty else {
            throw TechniqueError(
                .unsupported, "\(folder.path) has no heads: it is no model of several tasks",
                context: folder.path)
        }
        return names
    }

    /// Writes a head's files.
    ///
    /// - Parameters:
    ///   - trunkFolder: holds the trunk's files.
    ///   - folder: where `heads` is, or comes to be.
    ///   - export: writes the task's whole model to a folder and returns its files' names.
    /// - Returns: the files' names in `folder`.
    static func write(
        name: String, trunkFolder: URL, to folder: URL, exporting export: (URL) throws -> [String]
    ) throws -> [String] {
        let manager = FileManager.default
        let whole = folder.appendingPathComponent(".\(UUID().uuidString).head", isDirectory: true)
        try manager.createDirectory(at: whole, withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: whole) }
        let files = try export(whole)
        let place = "\(folderName)/\(name)"
        let head = folder.appendingPathComponent(place, isDirectory: true)
        try manager.createDirectory(at: head, withIntermediateDirectories: true)
        var (written, ofTrunk) = ([headName], [String]())
        for file in files where file != weightsName {
            let source = whole.appendingPathComponent(file)
            let inTrunk = trunkFolder.appendingPathComponent(file)
            if manager.fileExists(atPath: inTrunk.path),
                try Data(contentsOf: inTrunk) == Data(contentsOf: source)
            {
                ofTrunk.append(file)
            } else {
                try manager.moveItem(at: source, to: head.appendingPathComponent(file))
                written.append(file)
            }
        }
        try writeWeights(
            whole.appendingPathComponent(weightsName), trunk: trunkFolder.appendingPathComponent(weightsName),
            filesOfTrunk: ofTrunk, to: head.appendingPathComponent(headName))
        return written.map { "\(place)/\($0)" }
    }

    private static func writeWeights(
        _ whole: URL, trunk: URL, filesOfTrunk: [String], to file: URL
    ) throws {
        let (model, trunk) = (try SafetensorsFile(path: whole.path), try SafetensorsFile(path: trunk.path))
        var (own, metadata) = ([(name: String, tensor: Tensor)](), model.metadata)
        metadata[filesKey] = filesOfTrunk.joined(separator: "\n")
        for name in model.names {
            let tensor = try model.tensor(named: name)
            // A classifier's weights are named as its backbone's, behind a prefix.
            let inTrunk = try trunk.names.first { candidate in
                guard name == candidate || name.hasSuffix(".\(candidate)"),
                    trunk.description(named: candidate)?.shape == tensor.shape
                else { return false }
                return try trunk.tensor(named: candidate).littleEndianBytes == tensor.littleEndianBytes
            }
            if let inTrunk { metadata[trunkPrefix + name] = inTrunk } else { own.append((name, tensor)) }
        }
        try SafetensorsWriter.write(own, metadata: metadata, to: file)
    }

    /// Writes a task's whole model, as a job of that task alone leaves it.
    ///
    /// - Parameters:
    ///   - name: the task's.
    ///   - modelFolder: of the job with several tasks.
    ///   - folder: exists and is empty.
    /// - Returns: names of the files written.
    /// - Throws: `TechniqueError` `.unsupported` where there is no such head; errors of reading and writing.
    public static func assemble(_ name: String, of modelFolder: URL, to folder: URL) throws -> [String] {
        let known = try names(in: modelFolder)
        guard known.contains(name) else {
            throw TechniqueError(
                .unsupported,
                "\(modelFolder.path) has no head \"\(name)\"; it has \(known.joined(separator: ", "))",
                context: modelFolder.path)
        }
        let head = modelFolder.appendingPathComponent(folderName).appendingPathComponent(name)
        let own = try SafetensorsFile(path: head.appendingPathComponent(headName).path)
        let trunk = try SafetensorsFile(path: modelFolder.appendingPathComponent(weightsName).path)
        var tensors = try own.names.map { (name: $0, tensor: try own.tensor(named: $0)) }
        var metadata = own.metadata
        for (key, inTrunk) in own.metadata.sorted(by: { $0.key < $1.key }) where key.hasPrefix(trunkPrefix) {
            tensors.append(
                (name: String(key.dropFirst(trunkPrefix.count)), tensor: try trunk.tensor(named: inTrunk)))
            metadata[key] = nil
        }
        let shared = (metadata.removeValue(forKey: filesKey) ?? "").split(separator: "\n").map(String.init)
        tensors.sort { $0.name < $1.name }
        try SafetensorsWriter.write(
            tensors, metadata: metadata, to: folder.appendingPathComponent(weightsName))
        let ofHead = try FileManager.default.contentsOfDirectory(atPath: head.path).filter { $0 != headName }
        for (source, names) in [(head, ofHead), (modelFolder, shared)] {
            for file in names {
                try FileManager.default.copyItem(
                    at: source.appendingPathComponent(file), to: folder.appendingPathComponent(file))
            }
        }
        return ([weightsName] + ofHead + shared).sorted()
    }
}
