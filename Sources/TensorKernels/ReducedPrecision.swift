import CTensorKernels

/// A number format below Float32 in which products with frozen weights can be computed.
public enum ReducedPrecision: String, Sendable, Hashable, CaseIterable {
    /// Eight bits of significand, Float32's range; sums are Float32. Needs AVX512_BF16.
    case bfloat16 = "bf16"
    /// Integers of eight bits: each weight row and each row of the input has a scale of its own; sums are exact.
    /// Needs AVX512_VNNI.
    case int8

    /// Whether this processor has the instructions.
    public var isAvailable: Bool {
        switch self {
        case .bfloat16: graft_has_bfloat16_products() != 0
        case .int8: graft_has_int8_products() != 0
        }
    }

    /// What the processor's documentation, and `/proc/cpuinfo`, call the instructions.
    public var instructionSet: String {
        switch self {
        case .bfloat16: "AVX512_BF16"
        case .int8: "AVX512_VNNI"
        }
    }
}
