import Testing

@testable import TensorKernels

@Suite struct FixedPointAccumulatorTests {
    private func gradients(_ count: Int, elements: Int) -> [Tensor] {
        (0..<count).map {
            let tensor = Tensor(uninitialized: [elements])
            tensor.fillNormal(standardDeviation: 0.1, key: UInt64($0) + 1)
            return tensor
        }
    }

    private func result(_ gradients: [Tensor]) throws -> Tensor {
        let accumulator = FixedPointAccumulator(segmentCounts: [gradients[0].count])
        for gradient in gradients { accumulator.add(gradient, segment: 0) }
        try accumulator.finish(0..<accumulator.elementCount)
        return accumulator.result(segment: 0, shape: gradients[0].shape).copy()
    }

    @Test func orderChangesNoBit() throws {
        let addends = gradients(40, elements: 501)
        let reference = try result(addends)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10 {
            #expect(try result(addends.shuffled(using: &generator)).isIdentical(to: reference))
        }
    }

    @Test(arguments: [1, 2, 3, 7, 40]) func splittingOverWorkersChangesNoBit(_ workers: Int) throws {
        let addends = gradients(40, elements: 300)
        let reference = try result(addends)
        let accumulators = (0..<workers).map { _ in FixedPointAccumulator(segmentCounts: [300]) }
        for (index, addend) in addends.enumerated() { accumulators[index % workers].add(addend, segment: 0) }
        for other in accumulators.dropFirst() {
            for range in [0..<100, 100..<300] {
                try accumulators[0].accumulate(other.sums(range), range: range)
            }
        }
        try accumulators[0].finish(0..<300)
        let receiver = FixedPointAccumulator(segmentCounts: [300])
        try receiver.storeResults(accumulators[0].results(0..<300), range: 0..<300)
        #expect(receiver.result(segment: 0, shape: [300]).isIdentical(to: reference))
    }

    @Test(
        "sums travel in as few bytes as they need, and come back as they were", arguments: 1...8,
        [1, 2, 7, 8, 9, 255, 256, 257, 1000])
    func packing(width: Int, count: Int) throws {
        let largest = width == 8 ? Int64.max : (1 << (8 * width - 1)) - 1
        for extremes in [[largest], [-largest - 1], [largest, -largest - 1, 0, 1, -1]] {
            let whole = (0..<count).map { extremes[$0 % extremes.count] }
            let bytes = whole.flatMap { sum in (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) } }
            let sender = FixedPointAccumulator(segmentCounts: [count])
            try sender.replaceSums(bytes, range: 0..<count)
            #expect(try sender.sumWidth(0..<count) == width)

            var packed = [UInt8](repeating: 0, count: width * count)
            var elements = packed.mutableSpan
            var span = elements.mutableBytes
            try sender.copySums(0..<count, into: &span)
            let added = FixedPointAccumulator(segmentCounts: [count])
            try added.accumulate(packed, range: 0..<count)
            #expect(try added.sums(0..<count) == bytes)

            try sender.finish(0..<count)
            let finished = FixedPointAccumulator(segmentCounts: [count])
            try finished.finish(0..<count, adding: packed.span.bytes)
            #expect(try finished.results(0..<count) == sender.results(0..<count))
        }
        #expect(try FixedPointAccumulator(segmentCounts: [count]).sumWidth(0..<count) == 1)
    }

    @Test("to add and finish in one pass changes no bit", arguments: [0..<300, 7..<293, 100..<100, 99..<101])
    func finishesWhileAdding(range: Range<Int>) throws {
        let addends = gradients(4, elements: 100)
        let accumulators = (0..<3).map { _ in FixedPointAccumulator(segmentCounts: [100, 0, 50, 150]) }
        for accumulator in accumulators {
            accumulator.exponents = [36, 36, 40, 20]
            accumulator.add(addends[0], segment: 0)
            accumulator.add(addends[1].rows(0..<50), segment: 2)
        }
        accumulators[2].add(addends[2], segment: 0)
        accumulators[2].add(Tensor((0..<150).map { Float($0) - 75.3 }, shape: [150]), segment: 3)
        let other = try accumulators[2].sums(range)
        try accumulators[0].accumulate(other, range: range)
        try accumulators[0].finish(range)
        try accumulators[1].finish(range, adding: other.span.bytes)
        #expect(try accumulators[1].results(range) == accumulators[0].results(range))
        #expect(try accumulators[1].results(0..<300) == accumulators[0].results(0..<300))
        #expect(throws: TensorKernelsError.self) {
            try accumulators[1].finish(0..<1, adding: [UInt8](repeating: 0, count: 9).span.bytes)
        }
    }

    @Test func errorIsBelowThatOfSinglePrecision() throws {
        let addends = gradients(256, elements: 1000)
        let fixed = try result(addends)
        let single = Tensor.zeros([1000])
        for addend in addends { single.addInPlace(addend) }
        var (fixedError, singleError) = (0.0, 0.0)
        for element in 0..<1000 {
            let exact = addends.reduce(0.0) { $0 + Double($1[element]) }
            fixedError = max(fixedError, abs(Double(fixed[element]) - exact))
            singleError = max(singleError, abs(Double(single[element]) - exact))
        }
        #expect(fixedError < singleError / 2)
    }

    @Test func saturatesAndCountsWhatDoesNotFit() throws {
        let accumulator = FixedPointAccumulator(segmentCounts: [6])
        accumulator.add(Tensor([1e6, -1e6, .nan, .infinity, -.infinity, 1.5], shape: [6]), segment: 0)
        #expect(accumulator.saturatedCount == 2)
        #expect(accumulator.nonFiniteCount == 3)
        try accumulator.finish(0..<6)
        let limit = Float(32768)
        #expect(accumulator.result(segment: 0, shape: [6]).scalars == [limit, -limit, 0, 0, 0, 1.5])
        accumulator.reset()
        #expect(accumulator.saturatedCount == 0 && accumulator.nonFiniteCount == 0)
        #expect(try accumulator.sums(0..<6).allSatisfy { $0 == 0 })
    }

    @Test func roundsToTheNearestUnit() throws {
        let accumulator = FixedPointAccumulator(segmentCounts: [4])
        accumulator.exponents = [0]
        accumulator.add(Tensor([0.4, 0.6, -0.6, 2.5], shape: [4]), segment: 0)
        try accumulator.finish(0..<4)
        #expect(accumulator.result(segment: 0, shape: [4]).scalars == [0, 1, -1, 2])
    }

    @Test func exponentsFollowTheLargestMagnitude() throws {
        let accumulator = FixedPointAccumulator(segmentCounts: [2, 0, 3, 1])
        #expect(accumulator.exponents == [36, 36, 36, 36])
        accumulator.add(Tensor([3, -5], shape: [2]), segment: 0)
        accumulator.add(Tensor([0.25, 0, 0.1], shape: [3]), segment: 2)
        try accumulator.finish(0..<6)
        #expect(accumulator.maximumMagnitude(segment: 0) == 5)
        accumulator.adaptExponents()
        #expect(accumulator.exponents == [34, 36, 38, 36])
        #expect(FixedPointAccumulator.exponent(maximumMagnitude: 1e-30, otherwise: 0) == 136)
        #expect(FixedPointAccumulator.exponent(maximumMagnitude: .infinity, otherwise: 3) == 3)
    }

    @Test(arguments: [(0.0078, true), (0.0079, false), (1e-30, true), (0, false)] as [(Float, Bool)])
    func scalesThatLoseDigitsAreCoarse(magnitude: Float, isCoarse: Bool) throws {
        let accumulator = FixedPointAccumulator(segmentCounts: [1])
        // One for 1, and one by which the smallest does not round to zero.
        let exponent = magnitude > 0 && magnitude < 1e-20 ? 110 : 36
        accumulator.exponents = [exponent]
        accumulator.add(Tensor([magnitude], shape: [1]), segment: 0)
        try accumulator.finish(0..<1)
        accumulator.adaptExponents()
        #expect(FixedPointAccumulator.isCoarse(exponent, for: accumulator.exponents[0]) == isCoarse)
    }

    @Test func usualGradientsCountAgainAfterASpike() throws {
        let accumulator = FixedPointAccumulator(segmentCounts: [2])
        accumulator.exponents = [-60]
        var results: [[Float]] = []
        for gradient: [Float] in [[1e30, 0], [1e-3, -2e-3], [1e-3, -2e-3]] {
            accumulator.add(Tensor(gradient, shape: [2]), segment: 0)
            #expect(accumulator.saturatedCount == 0)
            try accumulator.finish(0..<2)
            results.append(accumulator.result(segment: 0, shape: [2]).scalars)
            accumulator.adaptExponents()
            accumulator.reset()
        }
        // The step after the spike is lost to its scale, no later one.
        #expect(results[1] == [0, 0])
        #expect(abs(results[2][0] - 1e-3) < 1e-9 && abs(results[2][1] + 2e-3) < 1e-9)
    }

    @Test func zerosKeepNoLowExponent() throws {
        let accumulator = FixedPointAccumulator(segmentCounts: [2, 1])
        for _ in 0..<30 {
            // What a step that must be repeated does to all segments.
            accumulator.exponents = accumulator.exponents.map { $0 - 14 }
            accumulator.add(Tensor([1], shape: [1]), segment: 1)
            try accumulator.finish(0..<3)
            accumulator.adaptExponents()
            accumulator.reset()
            #expect(accumulator.exponents == [36, 36])
        }
        accumulator.exponents = [90, 36]
        accumulator.adaptExponents()
        #expect(accumulator.exponents[0] == 90)
    }

    @Test func rowsAddLikeTheWhole() throws {
        let gradient = Tensor.zeros([5, 4])
        for row in [1, 3] { gradient.rows(row..<row + 1).fill(Float(row) / 7) }
        let whole = FixedPointAccumulator(segmentCounts: [3, 20])
        whole.add(gradient, segment: 1)
        let some = FixedPointAccumulator(segmentCounts: [3, 20])
        some.add(gradient, segment: 1, rows: [1, 3])
        #expect(try whole.sums(0..<23) == some.sums(0..<23))
    }

    @Test func sumsAreLittleEndian() throws {
        let accumulator = FixedPointAccumulator(segmentCounts: [2])
        accumulator.exponents = [8]
        accumulator.add(Tensor([1, -1], shape: [2]), segment: 0)
        #expect(
            try accumulator.sums(0..<2) == [0, 1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255])
        try accumulator.replaceSums([5] + Array(repeating: 0, count: 7), range: 1..<2)
        #expect(try accumulator.sums(1..<2).first == 5)
    }

    @Test func refusesWrongRangesAndSizes() {
        let accumulator = FixedPointAccumulator(segmentCounts: [4])
        #expect(throws: TensorKernelsError.self) { try accumulator.sums(2..<5) }
        for (count, range) in [(3, 0..<2), (9, 0..<1), (0, 0..<1), (8, 4..<5), (1, 0..<0)] {
            #expect(throws: TensorKernelsError.self) {
                try accumulator.accumulate([UInt8](repeating: 1, count: count), range: range)
            }
        }
        #expect(throws: TensorKernelsError.self) { try accumulator.replaceSums([], range: 0..<1) }
        #expect(throws: TensorKernelsError.self) {
            try accumulator.storeResults([0, 0, 0, 0, 0], range: 0..<1)
        }
    }
}
