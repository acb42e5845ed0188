import StrictJSON

/// The beginning of a safetensors file: eight bytes of length, then JSON that says where each tensor is.
///
/// Nothing in it is trusted: tensors must lie one behind the other, without gap or overlap, and end where
/// the file ends. (Format: https://github.com/huggingface/safetensors.)
struct SafetensorsHeader: Sendable {
    /// In the order of their bytes.
    var tensors: [TensorDescription]
    var metadata: [String: String]

    /// The reference refuses longer headers too.
    static let maximumLength = 100_000_000

    /// The length of the JSON that follows the first eight bytes of a file.
    static func length(from prefix: [UInt8], fileSize: Int, file: String) throws -> Int {
        guard prefix.count == 8 else {
            throw CheckpointError(
                .malformed,
                "\(fileSize) bytes are too few for a safetensors file; it is cut or something else",
                file: file)
        }
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(maximumLength) else {
            throw CheckpointError(
                .malformed,
                "its header would have \(length) bytes, more than \(maximumLength); no safetensors file",
                file: file)
        }
        guard length >= 2, Int(length) <= fileSize - 8 else {
            throw CheckpointError(
                .malformed,
                "its header would have \(length) bytes, the file has \(fileSize); it is cut or damaged: copy it again",
                file: file)
        }
        return Int(length)
    }

    init(json: [UInt8], fileSize: Int, file: String) throws {
        guard json.first == UInt8(ascii: "{") else {
            throw CheckpointError(.malformed, "the header does not begin with '{'", file: file)
        }
        let root: JSONValue
        do {
            root = try JSONValue(parsing: json)
        } catch {
            throw CheckpointError(.malformed, "the header is not valid JSON: \(error)", file: file)
        }
        tensors = []
        metadata = [:]
        for member in root.members ?? [] {
            if member.name == "__metadata__" {
                metadata = try Self.metadata(member.value, file: file)
            } else {
                tensors.append(try Self.tensor(member, dataStart: 8 + json.count, file: file))
            }
        }
        tensors.sort {
            ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
        }
        try Self.checkCoverage(of: tensors, from: 8 + json.count, to: fileSize, file: file)
    }

    private static func metadata(_ value: JSONValue, file: String) throws -> [String: String] {
        var metadata: [String: String] = [:]
        guard let members = value.members else {
            throw CheckpointError(.malformed, "\"__metadata__\" is no object", file: file)
        }
        for member in members {
            guard let text = member.value.string else {
                throw CheckpointError(
                    .malformed, "\"__metadata__\": \"\(member.name)\" is no string", file: file)
            }
            metadata[member.name] = text
        }
        return metadata
    }

    private static func tensor(_ member: JSONMember, dataStart: Int, file: String) throws -> TensorDescription
    {
        func malformed(_ message: String) -> CheckpointError {
            CheckpointError(.malformed, message, file: file, tensor: member.name)
        }
        guard let typeName = member.value["dtype"]?.string else { throw malformed("\"dtype\" is missing") }
        guard let type = StoredNumberType(rawValue: typeName) else {
            throw malformed("the number type \"\(typeName)\" is not known")
        }
        guard let shape = Self.sizes(member.value["shape"]) else {
            throw malformed("\"shape\" is no list of whole numbers of 0 or more")
        }
        guard let offsets = Self.sizes(member.value["data_offsets"]), offsets.count == 2,
            offsets[0] <= offsets[1]
        else { throw malformed("\"data_offsets\" is not [begin, end]") }
        var byteCount = type.byteCount
        for dimension in shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
            guard !overflow else { throw malformed("the shape \(shape) is too large") }
            byteCount = product
        }
        guard byteCount == offsets[1] - offsets[0] else {
            throw malformed(
                "\(typeName) of shape \(shape) takes \(byteCount) bytes, but has \(offsets[1] - offsets[0])")
        }
        let (end, overflow) = offsets[1].addingReportingOverflow(dataStart)
        guard !overflow else { throw malformed("it ends beyond any file") }
        return TensorDescription(
            name: member.name, type: type, shape: shape, bytes: offsets[0] + dataStart..<end)
    }

    private static func sizes(_ value: JSONValue?) -> [Int]? {
        guard let elements = value?.array else { return nil }
        let sizes = elements.compactMap(\.integer).filter { $0 >= 0 }
        return sizes.count == elements.count ? sizes : nil
    }

    private static func checkCoverage(
        of tensors: [TensorDescription], from dataStart: Int, to fileSize: Int, file: String
    ) throws {
        var end = dataStart
        for tensor in tensors {
            guard tensor.bytes.upperBound <= fileSize else {
                throw CheckpointError(
                    .malformed,
                    "it ends at byte \(tensor.bytes.upperBound), the file at \(fileSize); "
                        + "the file is cut or damaged: copy it again",
                    file: file, tensor: tensor.name)
            }
            guard tensor.bytes.lowerBound == end else {
                let fault =
                    tensor.bytes.lowerBound < end ? "overlaps the tensor before it" : "follows unused bytes"
                throw CheckpointError(.malformed, "it \(fault)", file: file, tensor: tensor.name)
            }
            end = tensor.bytes.upperBound
        }
        guard end == fileSize else {
            throw CheckpointError(
                .malformed, "\(fileSize - end) bytes after the last tensor belong to none", file: file)
        }
    }
}
