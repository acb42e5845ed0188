/// The order of a lane's samples in an epoch: a pure function of seed, epoch and lane, so that it needs no
/// state in a checkpoint and is the same on any worker.
///
/// Fisher-Yates over SplitMix64 (Steele, Lea and Flood, 2014), with Lemire's unbiased bounded draw (2019).
/// Changing anything here changes every trained model: tests hold committed orders.
public enum EpochShuffle {
    /// A permutation of `0..<count`.
    public static func order(count: Int, seed: UInt64, epoch: Int, lane: Int) -> [Int] {
        guard count > 0 else { return [] }
        var order = Array(0..<count)
        var generator = SplitMix64(keys: [
            seed, UInt64(bitPattern: Int64(epoch)), UInt64(bitPattern: Int64(lane)),
        ])
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(generator.next(below: UInt64(last) + 1)))
        }
        return order
    }
}

/// A small counter-based generator: its state is a counter, its output a bijective hash of it.
public struct SplitMix64: Sendable {
    private var state: UInt64

    public init(state: UInt64) { self.state = state }

    /// Starts at a hash of all `keys`; the same keys in another order give another start.
    public init(keys: [UInt64]) {
        state = keys.reduce(0x6772_6166_7400_0001) { SplitMix64.mix(($0 &+ 0x9E37_79B9_7F4A_7C15) ^ $1) }
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SplitMix64.mix(state)
    }

    /// Uniform in `0..<bound`; 0 for a bound of 0.
    public mutating func next(below bound: UInt64) -> UInt64 {
        guard bound > 0 else { return 0 }
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return product.high
    }

    /// The finaliser: a bijection of 64-bit words.
    public static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
