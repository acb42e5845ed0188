import Foundation
import Testing

@testable import TrainingJobs

@Suite struct EpochShuffleTests {
    @Test(arguments: [0, 1, 2, 3, 17, 1_000])
    func anOrderIsAPermutation(count: Int) {
        let order = EpochShuffle.order(count: count, seed: 1, epoch: 2, lane: 3)
        #expect(order.sorted() == Array(0..<count))
    }

    /// Orders by an implementation of its own, Resources/make_epoch_shuffle.py. A change here changes every
    /// model.
    @Test func ordersAreTheCommittedOnes() throws {
        struct Case: Decodable {
            var count: Int
            var seed: UInt64
            var epoch: Int
            var lane: Int
            var order: [Int]
        }
        let url = try #require(
            Bundle.module.url(forResource: "epoch-shuffle", withExtension: "json", subdirectory: "Resources"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        #expect(cases.count == 6)
        for entry in cases {
            let order = EpochShuffle.order(
                count: entry.count, seed: entry.seed, epoch: entry.epoch, lane: entry.lane)
            #expect(order == entry.order)
        }
    }

    /// SplitMix64's published first outputs from state 1234567.
    @Test func theGeneratorIsSplitMix64() {
        var generator = SplitMix64(state: 1_234_567)
        let outputs = (0..<5).map { _ in generator.next() }
        #expect(
            outputs == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func everyKeyMatters() {
        let base = EpochShuffle.order(count: 50, seed: 1, epoch: 0, lane: 0)
        #expect(EpochShuffle.order(count: 50, seed: 1, epoch: 0, lane: 0) == base)
        #expect(EpochShuffle.order(count: 50, seed: 2, epoch: 0, lane: 0) != base)
        #expect(EpochShuffle.order(count: 50, seed: 1, epoch: 1, lane: 0) != base)
        #expect(EpochShuffle.order(count: 50, seed: 1, epoch: 0, lane: 1) != base)
        #expect(
            EpochShuffle.order(count: 50, seed: 1, epoch: 2, lane: 3)
                != EpochShuffle.order(count: 50, seed: 1, epoch: 3, lane: 2))
    }

    /// Each of the 24 orders of four comes up about as often: chi-squared with 23 degrees of freedom stays
    /// under its 99.9 % quantile of 49.7.
    @Test func ordersAreEquallyLikely() {
        var counts: [[Int]: Int] = [:]
        let draws = 24_000
        for epoch in 0..<draws {
            counts[EpochShuffle.order(count: 4, seed: 5, epoch: epoch, lane: 0), default: 0] += 1
        }
        let expected = Double(draws) / 24
        let chiSquared = counts.values.reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        #expect(counts.count == 24)
        #expect(chiSquared < 49.7)
    }

    @Test func aBoundedDrawStaysBelowItsBound() {
        var generator = SplitMix64(state: 3)
        for bound: UInt64 in [1, 2, 3, 7, 1 << 32, UInt64.max] {
            for _ in 0..<100 { #expect(generator.next(below: bound) < bound) }
        }
        #expect(generator.next(below: 0) == 0)
    }
}
