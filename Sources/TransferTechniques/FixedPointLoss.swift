/// Losses as integers, so that their sums have no order.
public enum FixedPointLoss {
    /// Within a step's sums; leaves room for losses up to two million a micro-batch.
    static let summationExponent = 30

    /// A loss in units of 2^-32. What is not finite, or too large, becomes the largest integer.
    public static func units(_ loss: Float) -> Int64 {
        loss.isFinite ? Int64(exactly: (Double(loss) * 4_294_967_296).rounded()) ?? .max : .max
    }

    /// The same for one sample, limited to 2^44 units (a loss of 4096), so that half a million samples cannot
    /// overflow a sum.
    static func sampleUnits(_ loss: Float) -> Int64 { min(units(loss), 1 << 44) }
}
