import Foundation
import StrictJSON
import TensorKernels

/// Writes safetensors: Float32, tensors in the order given, the same bytes for the same contents.
public enum SafetensorsWriter {
    /// Writes a file. It appears under its name only when all of it is there.
    /// - Throws: `CheckpointError` where a name stands twice or the system refuses.
    public static func write(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to file: URL
    ) throws {
        let header = try header(tensors, metadata: metadata, file: file.path)
        let temporary = file.deletingLastPathComponent()
            .appendingPathComponent(".\(file.lastPathComponent).\(UUID().uuidString).partial")
        do {
            try Data(header).write(to: temporary)
            let handle = try FileHandle(forWritingTo: temporary)
            defer { try? handle.close() }
            try handle.seekToEnd()
            for (_, tensor) in tensors { try handle.write(contentsOf: Data(tensor.littleEndianBytes)) }
            try handle.synchronize()
            guard rename(temporary.path, file.path) == 0 else {
                throw CheckpointError(
                    .unwritable, "cannot be renamed to: \(String(cString: strerror(errno)))", file: file.path)
            }
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            throw error as? CheckpointError
                ?? CheckpointError(.unwritable, "cannot be written: \(error)", file: file.path)
        }
    }

    /// The same bytes in memory.
    public static func encode(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
    ) throws -> [UInt8] {
        var bytes = try header(tensors, metadata: metadata, file: "checkpoint in memory")
        bytes.reserveCapacity(bytes.count + tensors.reduce(0) { $0 + 4 * $1.tensor.count })
        for (_, tensor) in tensors { bytes.append(contentsOf: tensor.littleEndianBytes) }
        return bytes
    }

    private static func header(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], file: String
    ) throws -> [UInt8] {
        var members: [JSONMember] = []
        if !metadata.isEmpty {
            let remarks = metadata.sorted { $0.key < $1.key }.map { JSONMember(name: $0, value: .string($1)) }
            members.append(JSONMember(name: "__metadata__", value: .object(remarks)))
        }
        var names: Set<[UInt8]> = [Array("__metadata__".utf8)]
        var end = 0
        for (name, tensor) in tensors {
            guard names.insert(Array(name.utf8)).inserted else {
                throw CheckpointError(.unwritable, "the name is taken", file: file, tensor: name)
            }
            let begin = end
            end += 4 * tensor.count
            members.append(
                JSONMember(
                    name: name,
                    value: .object([
                        JSONMember(name: "dtype", value: .string(StoredNumberType.float32.rawValue)),
                        JSONMember(name: "shape", value: .array(tensor.shape.map(JSONValue.integer))),
                        JSONMember(name: "data_offsets", value: .array([.integer(begin), .integer(end)])),
                    ])))
        }
        var json = JSONValue.object(members).compactBytes
        // Spaces up to a multiple of eight, so that the numbers are aligned.
        json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
        return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
    }
}
