import Foundation
import StrictJSON
import TensorKernels

/// Writes weights as users have them: in half precision, in several files.
enum StoredWeights: String, CaseIterable {
    case float16 = "F16"
    case bfloat16 = "BF16"

    /// - Parameter shards: files; with one there is no index.
    func write(_ tensors: [(name: String, tensor: Tensor)], shards: Int, to folder: URL) throws {
        var weightMap: [JSONMember] = []
        for shard in 0..<shards {
            let own = tensors.enumerated().filter { $0.offset % shards == shard }.map(\.element)
            let file =
                shards == 1 ? "model.safetensors" : "model-0000\(shard + 1)-of-0000\(shards).safetensors"
            try encoded(own).write(to: folder.appending(path: file))
            weightMap += own.map { JSONMember(name: $0.name, value: .string(file)) }
        }
        guard shards > 1 else { return }
        let index = JSONValue.object([JSONMember(name: "weight_map", value: .object(weightMap))])
        try Data(index.compactBytes).write(to: folder.appending(path: "model.safetensors.index.json"))
    }

    private func encoded(_ tensors: [(name: String, tensor: Tensor)]) -> Data {
        var (members, bytes): ([JSONMember], [UInt8]) = ([], [])
        for (name, tensor) in tensors {
            let begin = bytes.count
            for scalar in tensor.scalars {
                let bits = bits(scalar)
                bytes += [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
            }
            let value: [JSONMember] = [
                JSONMember(name: "dtype", value: .string(rawValue)),
                JSONMember(name: "shape", value: .array(tensor.shape.map(JSONValue.integer))),
                JSONMember(name: "data_offsets", value: .array([.integer(begin), .integer(bytes.count)])),
            ]
            members.append(JSONMember(name: name, value: .object(value)))
        }
        var header = JSONValue.object(members).compactBytes
        header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        return Data(length + header + bytes)
    }

    /// Of numbers that are exact in either type: sixteenths below 4.
    private func bits(_ scalar: Float) -> UInt16 {
        switch self {
        case .bfloat16: return UInt16(truncatingIfNeeded: scalar.bitPattern >> 16)
        case .float16:
            guard scalar != 0 else { return 0 }
            let sign: UInt16 = scalar < 0 ? 0x8000 : 0
            let exponent = UInt16(truncatingIfNeeded: Int(scalar.exponent) + 15)
            return sign | exponent << 10 | UInt16(truncatingIfNeeded: scalar.significandBitPattern >> 13)
        }
    }
}
