/// How a job's lanes are shared out: contiguous and balanced, a pure function of two counts.
public enum LanePartition {
    /// Lanes of `rank` among `memberCount` members; counts differ by one at most.
    ///
    /// No member goes without a lane as long as `memberCount <= laneCount`.
    public static func lanes(rank: Int, memberCount: Int, laneCount: Int) -> Range<Int> {
        guard memberCount > 0, rank >= 0, rank < memberCount else { return 0..<0 }
        return (rank * laneCount / memberCount)..<((rank + 1) * laneCount / memberCount)
    }
}
