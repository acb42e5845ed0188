import Testing

@testable import TensorKernels

/// Gradients that reach the sums as products, tile by tile.
@Suite struct FixedPointProductTests {
    private func random(_ shape: [Int], key: UInt64) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fillNormal(standardDeviation: 0.1, key: key)
        return tensor
    }

    private func sums(_ addends: [[TransposedProduct]], count: Int) throws -> [UInt8] {
        let accumulator = FixedPointAccumulator(segmentCounts: [3, count])
        accumulator.add(addends, segment: 1)
        return try accumulator.sums(0..<3 + count)
    }

    /// Sizes of less than a tile, of several, and with remainders both ways.
    @Test(arguments: [(2, 5), (384, 384), (390, 30), (30, 390), (801, 777)])
    func productsAddUpToTheirSum(rows: Int, columns: Int) throws {
        let (a, b) = (random([21, rows], key: 1), random([21, columns], key: 2))
        let accumulator = FixedPointAccumulator(segmentCounts: [7, rows * columns])
        accumulator.add([[TransposedProduct(a, b)]], segment: 1)
        try accumulator.finish(0..<accumulator.elementCount)
        #expect(accumulator.result(segment: 0, shape: [7]).scalars == Array(repeating: 0, count: 7))
        let expected = matrixProduct(a, b, transposeA: true).scalars
        let found = accumulator.result(segment: 1, shape: [rows, columns]).scalars
        for (x, y) in zip(found, expected) { #expect(abs(x - y) < 1e-6) }
    }

    @Test func whatIsAddedTogetherChangesNoBit() throws {
        let (rows, columns) = (400, 390)
        let addends = (0..<5).map { lane in
            let k = 3 + 9 * lane
            return [
                TransposedProduct(
                    random([k, rows], key: UInt64(2 * lane)), random([k, columns], key: UInt64(2 * lane + 1)))
            ]
        }
        let together = try sums(addends, count: rows * columns)
        #expect(try sums(addends.reversed(), count: rows * columns) == together)
        let apart = FixedPointAccumulator(segmentCounts: [3, rows * columns])
        for addend in addends { apart.add([addend], segment: 1) }
        #expect(try apart.sums(0..<apart.elementCount) == together)
    }

    /// A weight that is used twice in a micro-batch has one gradient, rounded once.
    @Test func productsOfOneAddendAreSummedFirst() throws {
        let (a, b) = (Tensor([0.75], shape: [1, 1]), Tensor([1], shape: [1, 1]))
        let accumulator = FixedPointAccumulator(segmentCounts: [1])
        accumulator.exponents = [0]
        accumulator.add([[TransposedProduct(a, b), TransposedProduct(a, b)]], segment: 0)
        #expect(try accumulator.sums(0..<1).first == 2)
        accumulator.reset()
        accumulator.add([[TransposedProduct(a, b)], [TransposedProduct(a, b)]], segment: 0)
        #expect(try accumulator.sums(0..<1).first == 2)
        accumulator.reset()
        let c = Tensor([0.4], shape: [1, 1])
        accumulator.add([[TransposedProduct(c, b), TransposedProduct(c, b)]], segment: 0)
        #expect(try accumulator.sums(0..<1).first == 1)
    }

    @Test func noRowsAddNothing() throws {
        let nothing = TransposedProduct(Tensor.zeros([0, 4]), Tensor.zeros([0, 6]))
        let accumulator = FixedPointAccumulator(segmentCounts: [24])
        accumulator.add([[nothing], []], segment: 0)
        #expect(try accumulator.sums(0..<24) == Array(repeating: 0, count: 192))
    }

    @Test func whatDoesNotFitIsCounted() {
        let accumulator = FixedPointAccumulator(segmentCounts: [4])
        let large = Tensor([1e20, 1], shape: [1, 2])
        accumulator.add([[TransposedProduct(large, Tensor([1, 2], shape: [1, 2]))]], segment: 0)
        #expect(accumulator.saturatedCount == 2)
        let bad = Tensor([.nan, 1], shape: [1, 2])
        accumulator.add([[TransposedProduct(bad, Tensor([1, 2], shape: [1, 2]))]], segment: 0)
        #expect(accumulator.nonFiniteCount == 2)
    }

    /// Where one number of many does not fit, the others' integers are the same as without it.
    @Test(arguments: [0, 255, 256, 700]) func aSpikeChangesNoOther(place: Int) throws {
        let usual = random([701], key: 3)
        let spiked = usual.copy()
        spiked[place] = .infinity
        let accumulators = [usual, spiked].map { gradient in
            let accumulator = FixedPointAccumulator(segmentCounts: [701])
            accumulator.add(gradient, segment: 0)
            return accumulator
        }
        #expect(accumulators[1].nonFiniteCount == 1)
        for range in [0..<place, place + 1..<701] where !range.isEmpty {
            #expect(try accumulators[0].sums(range) == accumulators[1].sums(range))
        }
    }
}
