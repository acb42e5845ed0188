import TensorKernels

/// Number types of the safetensors format, by the names it gives them.
public enum StoredNumberType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case uint16 = "U16"
    case int16 = "I16"
    case uint32 = "U32"
    case int32 = "I32"
    case uint64 = "U64"
    case int64 = "I64"
    case float8e4m3 = "F8_E4M3"
    case float8e5m2 = "F8_E5M2"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case float32 = "F32"
    case float64 = "F64"

    public var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8, .float8e4m3, .float8e5m2: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }

    /// How `TensorKernels` reads it as Float32; `nil` where it does not.
    var floatType: StoredFloatType? {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        default: nil
        }
    }
}

/// What a file says of one tensor, checked against the file's size.
public struct TensorDescription: Sendable, Equatable {
    public let name: String
    public let type: StoredNumberType
    public let shape: [Int]
    /// Where its numbers are in the file.
    public let bytes: Range<Int>
}
