/// The key of a counter-based random stream: element i of the stream is a function of the key and i alone,
/// whatever was drawn before and wherever it is drawn.
public struct RandomKey: Sendable, Hashable {
    public let bits: UInt64

    public init(seed: UInt64) {
        bits = Self.mix(seed &+ 0x9e37_79b9_7f4a_7c15)
    }

    private init(bits: UInt64) { self.bits = bits }

    /// Another key, as good as independent, for part `index` of what this key stands for.
    public func derived(_ index: UInt64) -> RandomKey {
        RandomKey(bits: Self.mix(bits ^ Self.mix(index &+ 0xd1b5_4a32_d192_ed03)))
    }

    /// The key for a name, such as a parameter's path.
    public func derived(_ name: String) -> RandomKey {
        // FNV-1a: `Hasher` differs between processes.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return derived(hash)
    }

    /// The finaliser of splitmix64 (Steele, Lea, Flood 2014): a bijection that scatters every bit.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
