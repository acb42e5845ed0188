import Foundation
import TensorKernels

/// A safetensors file, mapped into memory or held as bytes, checked as a whole when it is opened.
public final class SafetensorsFile: Sendable {
    private enum Contents: Sendable {
        case mapped(MappedFile)
        case inMemory([UInt8])
    }

    /// Path, or the name given to bytes in memory.
    public let path: String
    /// All tensors, in the order of their bytes.
    public let tensors: [TensorDescription]
    /// The file's own remarks: `__metadata__`.
    public let metadata: [String: String]
    private let contents: Contents
    private let index: [[UInt8]: Int]

    /// Opens and maps a file.
    /// - Throws: `CheckpointError` that says what of the format is broken.
    public convenience init(path: String) throws {
        let mapped: MappedFile
        do {
            mapped = try MappedFile(path: path)
        } catch {
            throw CheckpointError(.unreadable, "cannot be opened: \(error)", file: path)
        }
        try self.init(.mapped(mapped), size: mapped.count, name: path)
    }

    /// Reads bytes that were received or kept in memory.
    /// - Parameter name: stands for the file in errors.
    public convenience init(bytes: [UInt8], name: String) throws {
        try self.init(.inMemory(bytes), size: bytes.count, name: name)
    }

    private init(_ contents: Contents, size: Int, name: String) throws {
        let prefix = try Self.bytes(0..<min(8, size), of: contents)
        let length = try SafetensorsHeader.length(from: prefix, fileSize: size, file: name)
        let json = try Self.bytes(8..<8 + length, of: contents)
        let header = try SafetensorsHeader(json: json, fileSize: size, file: name)
        self.contents = contents
        path = name
        tensors = header.tensors
        metadata = header.metadata
        index = Dictionary(
            uniqueKeysWithValues: header.tensors.enumerated().map { (Array($0.element.name.utf8), $0.offset) }
        )
    }

    public var names: [String] { tensors.map(\.name) }

    /// `nil` where no tensor has exactly this name.
    public func description(named name: String) -> TensorDescription? {
        index[Array(name.utf8)].map { tensors[$0] }
    }

    /// A tensor's numbers as Float32, copied; half precision is converted.
    /// - Throws: `CheckpointError` where there is none of this name, or its type cannot become Float32.
    public func tensor(named name: String) throws -> Tensor {
        let (description, _) = try readable(name)
        let tensor = Tensor(uninitialized: description.shape)
        try read(name, into: tensor)
        return tensor
    }

    /// Copies a tensor's numbers to where they are wanted, as `tensor(named:)` does to a new place.
    /// - Throws: `CheckpointError` also where `target` is of another shape.
    public func read(_ name: String, into target: Tensor) throws {
        let (description, type) = try readable(name)
        guard description.shape == target.shape else {
            throw CheckpointError(
                .malformed, "is of shape \(description.shape), where \(target.shape) is wanted", file: path,
                tensor: name)
        }
        switch contents {
        case .mapped(let file):
            try file.copyFloats(at: description.bytes.lowerBound, as: type, into: target)
        case .inMemory(let bytes):
            target.assign(
                try Tensor(
                    littleEndianBytes: Array(bytes[description.bytes]), as: type, shape: description.shape))
        }
    }

    private func readable(_ name: String) throws -> (TensorDescription, StoredFloatType) {
        guard let description = description(named: name) else {
            throw CheckpointError(.missingTensor, "is not in the file", file: path, tensor: name)
        }
        guard let type = description.type.floatType else {
            throw CheckpointError(
                .unsupportedType, "is of type \(description.type.rawValue); F32, F16 and BF16 can be read",
                file: path, tensor: name)
        }
        return (description, type)
    }

    private static func bytes(_ range: Range<Int>, of contents: Contents) throws -> [UInt8] {
        switch contents {
        case .mapped(let file): try file.bytes(range)
        case .inMemory(let bytes): Array(bytes[range])
        }
    }
}
