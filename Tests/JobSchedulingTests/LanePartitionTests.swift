import Testing

@testable import JobScheduling

@Suite struct LanePartitionTests {
    private func even(_ members: Int, _ lanes: Int) -> [Range<Int>] {
        (0..<members).map { LanePartition.lanes(rank: $0, memberCount: members, laneCount: lanes) }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 8], [1, 4, 8, 9])
    func `equal, nearly equal and unknown speeds share lanes out evenly`(members: Int, lanes: Int) {
        let equal = [Double?](repeating: 3, count: members)
        let noisy = (0..<members).map { 3 + 0.1 * Double($0 % 3) as Double? }
        let unknown = [Double?](repeating: nil, count: members)
        let nonsense: [Double?] = (0..<members).map { [.nan, 0, -1, .infinity][$0 % 4] }
        for speeds in [equal, noisy, unknown, nonsense] {
            #expect(LanePartition.lanes(speeds: speeds, laneCount: lanes) == even(members, lanes))
        }
    }

    @Test(
        arguments: [
            ([1, 2], [3, 5]), ([2, 1], [5, 3]), ([1, 3], [2, 6]),
            // A single lane of the slowest would hold up the others.
            ([1, 10], [0, 8]), ([5, 5, 0.5], [4, 4, 0]),
            ([4, 1, 4], [4, 1, 3]), ([1, 2, 3, 4], [1, 2, 2, 3]),
            // An unknown one counts as the median, of two the faster.
            ([4, nil, 1], [4, 3, 1]), ([nil, 1, 4, 4], [3, 0, 3, 2]),
        ] as [([Double?], [Int])])
    func `lanes go by speed`(speeds: [Double?], counts: [Int]) {
        let lanes = LanePartition.lanes(speeds: speeds, laneCount: 8)
        #expect(lanes.map(\.count) == counts)
        #expect(lanes.flatMap(Array.init) == Array(0..<8))
    }

    /// Against all ways to share out six lanes among three members.
    @Test(arguments: 1...100)
    func `no other shares make the slowest member faster`(seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed))
        let speeds: [Double?] = (0..<3).map { _ in Double.random(in: 0.1...4, using: &generator) }
        let chosen = LanePartition.lanes(speeds: speeds, laneCount: 6).map(\.count)
        var best = Double.infinity
        for first in 0...6 {
            for second in 0...(6 - first) {
                let counts = [first, second, 6 - first - second]
                best = min(best, try #require(LanePartition.stepSeconds(counts: counts, speeds: speeds)))
            }
        }
        let seconds = try #require(LanePartition.stepSeconds(counts: chosen, speeds: speeds))
        if chosen == even(3, 6).map(\.count) {
            #expect(!LanePartition.isWorthwhile(from: seconds, to: best * 0.999) || seconds == best)
        } else {
            #expect(seconds == best)
        }
    }
}
