/// Losses as integers, so that their sums have no order: on any number of workers the same samples come to the
/// same sum.
public enum FixedPointLoss {
    /// Units that a loss of 1 is worth: 2^32.
    public static let unitsPerOne = 4_294_967_296.0

    /// A loss in units of 2^-32. What is not finite, or too large, becomes the largest integer.
    public static func units(_ loss: Float) -> Int64 {
        loss.isFinite ? Int64(exactly: (Double(loss) * unitsPerOne).rounded()) ?? .max : .max
    }

    /// The mean loss of `samples` samples whose losses sum to `sum` units; 0 where there are none.
    public static func mean(_ sum: Int64, samples: Int) -> Double {
        samples == 0 ? 0 : Double(sum) / unitsPerOne / Double(samples)
    }
}
