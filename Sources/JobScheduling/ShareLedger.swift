/// What submitters have used of the cluster lately: worker-seconds that lose half of their weight in an hour, so
/// that nobody pays for long ago.
public struct ShareLedger: Sendable, Equatable {
    /// Seconds.
    public static let halfLife = 3600.0

    /// Decayed worker-seconds by submitter.
    public private(set) var use: [String: Double] = [:]

    public init() {}

    /// Takes in a span of time.
    ///
    /// - Parameters:
    ///   - workers: how many each submitter's jobs had during it.
    ///   - seconds: its length; one that is not positive changes nothing.
    public mutating func charge(_ workers: [String: Int], seconds: Double) {
        guard seconds > 0 else { return }
        let halvings = seconds / Self.halfLife
        var remaining = 1.0
        for _ in 0..<Int(min(halvings, 64)) { remaining /= 2 }
        // Within one half-life a straight line from 1 to 1/2 is near enough.
        remaining *= 1 - (halvings - halvings.rounded(.down)) / 2
        for submitter in use.keys { use[submitter, default: 0] *= remaining }
        for (submitter, count) in workers { use[submitter, default: 0] += Double(count) * seconds }
        use = use.filter { $0.value >= 0.001 }
    }
}
