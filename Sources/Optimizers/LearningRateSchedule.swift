/// The learning rate as a function of the step: a linear rise, then constant, linear or cosine decay.
public struct LearningRateSchedule: Sendable, Equatable {
    public enum Kind: Sendable, CaseIterable {
        case constant
        /// Straight down to 0.
        case linear
        /// Half a cosine wave down to 0 (Loshchilov and Hutter 2017).
        case cosine
    }

    public let kind: Kind
    /// The rate at the end of the rise.
    public let peak: Float
    public let warmupSteps: Int
    public let totalSteps: Int

    /// - Parameter warmupSteps: steps of the rise; step 0 already has the rate peak / warmupSteps.
    public init(kind: Kind, peak: Float, warmupSteps: Int, totalSteps: Int) {
        self.kind = kind
        self.peak = peak
        self.warmupSteps = max(0, min(warmupSteps, totalSteps))
        self.totalSteps = max(0, totalSteps)
    }

    /// - Parameter warmup: part of all steps, 0 … 1, rounded to whole steps.
    public init(kind: Kind, peak: Float, warmup: Float, totalSteps: Int) {
        let steps = (Double(warmup) * Double(totalSteps)).rounded()
        self.init(
            kind: kind, peak: peak, warmupSteps: Int(exactly: steps) ?? 0, totalSteps: totalSteps)
    }

    /// The rate of step `step`, counted from 0.
    public func rate(step: Int) -> Float {
        if step < warmupSteps { return Float(Double(peak) * Double(step + 1) / Double(warmupSteps)) }
        let decaySteps = totalSteps - warmupSteps
        guard kind != .constant, decaySteps > 0 else { return peak }
        let progress = min(1, Double(step - warmupSteps) / Double(decaySteps))
        let factor = kind == .linear ? 1 - progress : (1 + Self.cosineOfHalfTurns(progress)) / 2
        return Float(Double(peak) * factor)
    }

    /// cos(π t) for 0 … 1, from its Taylor series around the middle: the C library's cosine may differ by a
    /// bit between systems, and the rate is part of the model's bits.
    static func cosineOfHalfTurns(_ t: Double) -> Double {
        // cos(π t) = −sin(π (t − 1/2)).
        let x = Double.pi * (t - 0.5)
        var term = x
        var sum = x
        var k = 1.0
        while k < 14 {
            term *= -x * x / ((2 * k) * (2 * k + 1))
            sum += term
            k += 1
        }
        return max(-1, min(1, -sum))
    }
}
