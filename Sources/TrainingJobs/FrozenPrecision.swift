/// The number format in which linear maps of a backbone's frozen part are computed. What is trained, and what is
/// exported, is fp32 in any case.
public enum FrozenPrecision: String, Codable, Sendable, CaseIterable {
    case fp32
    /// Twice as fast on processors with AVX512_BF16.
    case bf16
    /// Faster still on processors with AVX512_VNNI, and less accurate.
    case int8
}
