/// Bytes as 64 bits, the same in every process: FNV-1a, then a finaliser, since FNV's high bits alone are poorly
/// mixed. It decides draws, not identity: two contents may share one.
public enum StableHash {
    public static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return SplitMix64.mix(hash)
    }
}
