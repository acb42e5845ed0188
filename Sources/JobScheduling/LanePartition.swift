/// How a job's lanes are shared out: contiguous, a pure function of how many and how fast its members are.
public enum LanePartition {
    /// Lanes are shared out unevenly only where that makes a step's micro-batches this much shorter: speeds are
    /// measured, and to move a lane costs.
    public static let worthwhileGain = 0.15

    /// Lanes of `rank` among `memberCount` members that are as good as equal; counts differ by one at most.
    ///
    /// No member goes without a lane as long as `memberCount <= laneCount`.
    public static func lanes(rank: Int, memberCount: Int, laneCount: Int) -> Range<Int> {
        guard memberCount > 0, rank >= 0, rank < memberCount else { return 0..<0 }
        return (rank * laneCount / memberCount)..<((rank + 1) * laneCount / memberCount)
    }

    /// Lanes by rank for members of these speeds, such that the slowest is done as early as can be: evenly, or by
    /// speed where that is worth it. One so slow that a single lane of its own would hold up the others has none.
    ///
    /// - Parameter speeds: micro-batches a second, by rank. Whose speed is unknown counts as the median of the
    ///   others; where none is known, all are equal.
    public static func lanes(speeds: [Double?], laneCount: Int) -> [Range<Int>] {
        let even = speeds.indices.map {
            lanes(rank: $0, memberCount: speeds.count, laneCount: laneCount)
        }
        guard let speeds = completed(speeds) else { return even }
        let counts = fastestCounts(speeds: speeds, laneCount: laneCount)
        guard
            isWorthwhile(
                from: seconds(counts: even.map(\.count), speeds: speeds),
                to: seconds(counts: counts, speeds: speeds))
        else { return even }
        var first = 0
        return counts.map { count in
            defer { first += count }
            return first..<(first + count)
        }
    }

    /// Seconds that the micro-batches of a step take with so many lanes by rank: those of the slowest member;
    /// `nil` where no speed is known.
    public static func stepSeconds(counts: [Int], speeds: [Double?]) -> Double? {
        completed(speeds).map { seconds(counts: counts, speeds: $0) }
    }

    static func isWorthwhile(from present: Double, to next: Double) -> Bool {
        next <= (1 - worthwhileGain) * present
    }

    /// Lane by lane to whoever is done with it first; of equals to the one with fewest, of those to the lowest rank.
    /// No other counts make the slowest member faster: had it one lane less, another would be done no earlier
    /// with that one.
    private static func fastestCounts(speeds: [Double], laneCount: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: speeds.count)
        for _ in 0..<max(0, laneCount) {
            func end(_ rank: Int) -> (Double, Int) { (Double(counts[rank] + 1) / speeds[rank], counts[rank]) }
            guard let next = speeds.indices.min(by: { end($0) < end($1) }) else { break }
            counts[next] += 1
        }
        return counts
    }

    private static func seconds(counts: [Int], speeds: [Double]) -> Double {
        zip(counts, speeds).map { Double($0) / $1 }.max() ?? 0
    }

    /// The median, of an even number the faster one, where a speed is unknown; `nil` where all are.
    private static func completed(_ speeds: [Double?]) -> [Double]? {
        let usable = speeds.map { $0.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } }
        let known = usable.compactMap { $0 }.sorted()
        guard !known.isEmpty else { return nil }
        return usable.map { $0 ?? known[known.count / 2] }
    }
}
