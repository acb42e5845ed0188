import Testing

@testable import JobScheduling

@Suite struct MemberSpeedsTests {
    @Test(
        arguments: [
            ([], nil), ([1], nil), ([1, 4], 4), ([4, 1, 2], 2), ([8, 8, 1, 2, 3], 2),
        ] as [([Double], Double?)])
    func `a speed is the median of the last three`(seconds: [Double], expected: Double?) {
        var speeds = MemberSpeeds()
        for speed in seconds { speeds.note("w", microBatches: 10, seconds: 10 / speed) }
        #expect(speeds.speed(of: "w") == expected)
    }

    @Test func `segments without a micro-batch or without a clock say nothing`() {
        var speeds = MemberSpeeds()
        for (count, seconds) in [(0, 1), (5, 0), (5, -1), (5, .infinity), (5, .nan)] as [(Int, Double)] {
            speeds.note("w", microBatches: count, seconds: seconds)
            speeds.note("w", microBatches: count, seconds: seconds)
        }
        #expect(speeds.speed(of: "w") == nil)
        #expect(speeds == MemberSpeeds())
    }

    @Test func `moves are counted anew where a member is new`() {
        var speeds = MemberSpeeds()
        speeds.follow(["a", "b"])
        speeds.moves = 3
        speeds.follow(["b", "a"])
        #expect(speeds.moves == 3)
        speeds.follow(["a"])
        #expect(speeds.moves == 3)
        speeds.follow(["a", "b"])
        #expect(speeds.moves == 0)
    }
}
