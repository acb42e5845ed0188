import DifferentiableTensors
import TensorKernels
import Testing

@testable import TransferTechniques

@Suite struct MixupTests {
    private static let samples = 5
    private static let width = 6

    /// Sample i is all i: what a mixture is made of can be read off it.
    @Test func samplesAndLabelsAreMixedInTheSameProportion() throws {
        let scalars = (0..<Self.samples).flatMap { [Float](repeating: Float($0), count: Self.width) }
        let input = Tensor(scalars, shape: [Self.samples, 2, 3])
        let mixup = Mixup(alpha: 1)
        let key = RandomKey(seed: 11)
        let mixed = mixup.mix(input, labels: Array(0..<Self.samples), classCount: Self.samples, key: key)
        #expect(
            mixed.input.shape == input.shape && mixed.distributions.shape == [Self.samples, Self.samples])
        let share = mixup.share(key)
        try #require(share > 0.01 && share < 0.99)
        for sample in 0..<Self.samples {
            let row = mixed.input.scalars[sample * Self.width..<(sample + 1) * Self.width]
            #expect(Set(row).count == 1)
            let weights = mixed.distributions.scalars[sample * Self.samples..<(sample + 1) * Self.samples]
            #expect(abs(weights.reduce(0, +) - 1) < 1e-6)
            #expect(abs(weights[weights.startIndex + sample] - share) < 1e-6 || weights.max() == 1)
            // Classes are numbered like samples: the labels' mean is the pixels' value.
            let mean = zip(weights, 0...).reduce(0) { $0 + $1.0 * Float($1.1) }
            #expect(abs(mean - (row.first ?? -1)) < 1e-5)
        }
        #expect(Set(mixed.input.scalars).subtracting(scalars).count > 1, "nothing was mixed")
    }

    /// Beta(α, α) has mean 1/2 and variance 1 / (4 (2α + 1)).
    @Test(arguments: [0.1, 0.5, 1, 4, 30])
    func sharesAreDrawnFromBeta(alpha: Double) {
        let count = 20_000
        let mixup = Mixup(alpha: alpha)
        let shares = (0..<count).map { Double(mixup.share(RandomKey(seed: 3).derived(UInt64($0)))) }
        let mean = shares.reduce(0, +) / Double(count)
        let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        let expected = 1 / (4 * (2 * alpha + 1))
        #expect(shares.allSatisfy { (0...1).contains($0) })
        #expect(abs(mean - 0.5) < 4 * (expected / Double(count)).squareRoot())
        #expect(abs(variance / expected - 1) < 0.05)
    }

    @Test func sharesFollowFromTheKey() {
        let mixup = Mixup(alpha: 0.4)
        #expect(mixup.share(RandomKey(seed: 1)) == mixup.share(RandomKey(seed: 1)))
        #expect(mixup.share(RandomKey(seed: 1)) != mixup.share(RandomKey(seed: 2)))
    }
}
