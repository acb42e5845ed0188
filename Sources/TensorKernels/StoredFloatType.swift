/// How a file stores floating-point numbers, little-endian.
public enum StoredFloatType: Sendable, CaseIterable {
    case float32
    /// IEEE 754 binary16.
    case float16
    /// The upper half of a Float32.
    case bfloat16

    public var byteCount: Int { self == .float32 ? 4 : 2 }
}
