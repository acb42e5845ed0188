/// How long to wait for something that comes again and again, learnt from how long it has taken so far.
///
/// A fixed time-out is too short beside a slow host and too long beside a fast one. This one is the smoothed time
/// plus four times the smoothed deviation, as TCP's retransmission timer has it: Jacobson and Karels, "Congestion
/// avoidance and control" (1988), RFC 6298. Whoever asks for the value gives the bounds that it must keep.
public struct AdaptiveTimeout: Sendable, Equatable {
    private static let smoothing = 1.0 / 8
    private static let deviationSmoothing = 1.0 / 4
    private static let deviations = 4.0
    private static let longestBackoff = 64.0

    /// Seconds; `nil` before anything was measured.
    private var smoothed: Double?
    private var deviation = 0.0
    private var backoff = 1.0

    public init() {}

    /// Takes in how long it took this time. Times that may belong to an earlier attempt must stay out (Karn's
    /// algorithm): tell of those by `answered(afterAttempts:)`.
    public mutating func record(_ measured: Duration) {
        record(seconds: measured.inSeconds)
    }

    /// Takes in how long it took this time, in seconds. What is no time is passed over.
    public mutating func record(seconds: Double) {
        guard seconds.isFinite, seconds >= 0 else { return }
        backoff = 1
        guard let smoothed else {
            self.smoothed = seconds
            deviation = seconds / 2
            return
        }
        deviation += Self.deviationSmoothing * (abs(seconds - smoothed) - deviation)
        self.smoothed = smoothed + Self.smoothing * (seconds - smoothed)
    }

    /// Notes an answer that cannot be measured, since several attempts went before it: the next first attempt
    /// waits as long as the last one did, so that a slow host is measured at all.
    public mutating func answered(afterAttempts attempts: Int) {
        guard attempts > 1 else { return }
        backoff = min(Self.longestBackoff, max(backoff, Double(1 << min(attempts - 1, 16))))
    }

    /// How long to wait.
    ///
    /// - Parameters:
    ///   - unmeasured: what it is while nothing has been measured.
    ///   - margin: by how much longer than usual to wait: 1 where giving up costs little.
    ///   - bounds: never shorter, never longer.
    public func value(unmeasured: Duration, margin: Double = 1, within bounds: ClosedRange<Duration>)
        -> Duration
    {
        let estimate = smoothed.map { .seconds(margin * ($0 + Self.deviations * deviation)) } ?? unmeasured
        return min(max(estimate * backoff, bounds.lowerBound), bounds.upperBound)
    }
}

extension Duration {
    /// As a number of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
