import Foundation

/// Where an axis has its marks: a handful of round numbers that hold the data between them.
struct AxisTicks: Equatable {
    /// Ascending, a constant step apart.
    let values: [Double]
    /// Digits after the point that tell all of them apart.
    let decimals: Int

    var lowest: Double { values[0] }
    var highest: Double { values[values.count - 1] }

    /// Marks over `range`, with steps of 1, 2 or 5 times a power of ten.
    ///
    /// - Parameters:
    ///   - range: The data's range; an empty one is widened.
    ///   - atMost: The most steps wanted; one more may result from rounding outwards.
    ///   - wholeNumbers: The axis counts something, so that no step is below 1.
    init(covering range: ClosedRange<Double>, atMost: Int = 5, wholeNumbers: Bool = false) {
        let isFlat = range.upperBound - range.lowerBound <= abs(range.upperBound) * 1e-9
        let margin = isFlat ? max(abs(range.upperBound) * 0.1, wholeNumbers ? 1 : 1e-3) : 0
        let low = range.lowerBound - margin
        let high = range.upperBound + margin

        let rawStep = (high - low) / Double(max(1, atMost))
        let power = pow(10, floor(log10(rawStep)))
        let factor = [1.0, 2, 5, 10].first { $0 * power >= rawStep * (1 - 1e-9) } ?? 10
        let step = wholeNumbers ? max(1, factor * power) : factor * power

        let first = Int(floor(low / step + 1e-9))
        let last = Int(ceil(high / step - 1e-9))
        values = (first...max(last, first + 1)).map { Double($0) * step }
        decimals = max(0, -Int(floor(log10(step) + 1e-9)))
    }

    func label(_ value: Double) -> String {
        let text = String(format: "%.\(decimals)f", value)
        return text.hasPrefix("-") && Double(text) == 0 ? String(text.dropFirst()) : text
    }
}
