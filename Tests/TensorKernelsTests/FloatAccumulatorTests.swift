import TensorKernels
import Testing

@Suite struct FloatAccumulatorTests {
    /// Ties go to the even neighbour; what rounds up beyond the largest finite number is infinite.
    @Test(
        arguments: [
            (0x3f80_0000, 0x3f80), (0x3f80_8000, 0x3f80), (0x3f81_8000, 0x3f82), (0x3f80_8001, 0x3f81),
            (0xbf80_7fff, 0xbf80), (0x7f7f_ffff, 0x7f80), (0x7f80_0000, 0x7f80), (0xff80_0000, 0xff80),
            (0x0000_8000, 0x0000), (0x8000_0000, 0x8000),
        ] as [(UInt32, UInt16)])
    func gradientsTravelAsTheNearestBFloat16(bits: UInt32, expected: UInt16) throws {
        // 19 elements, so that vectors and what is left of them are both run.
        let sums = FloatAccumulator(segmentCounts: [19], gradientSegments: 1, compressesGradients: true)
        sums.result(segment: 0, shape: [19]).fill(Float(bitPattern: bits))
        #expect(try sent(sums, 0..<19) == Array(repeating: expected, count: 19))
        try sums.finish(0..<19)
        let result = sums.result(segment: 0, shape: [19]).scalars
        #expect(result.allSatisfy { $0.bitPattern == UInt32(expected) << 16 })
    }

    @Test func aNumberThatIsNoneStaysNone() throws {
        let sums = FloatAccumulator(segmentCounts: [1], gradientSegments: 1, compressesGradients: true)
        sums.result(segment: 0, shape: [1]).fill(Float(bitPattern: 0x7fff_ffff))
        try sums.finish(0..<1)
        #expect(sums.result(segment: 0, shape: [1]).scalars[0].isNaN)
    }

    @Test func figuresBesideGradientsKeepTheirDigits() throws {
        let sums = FloatAccumulator(segmentCounts: [3, 2], gradientSegments: 1, compressesGradients: true)
        #expect(sums.exchangedParts(of: 1..<5) == [1..<3, 3..<5])
        #expect(sums.exchangedParts(of: 3..<5) == [3..<5])
        #expect(sums.sumBytes(in: 1..<3) == 2 && sums.sumBytes(in: 3..<5) == 4)
        sums.add(Tensor([1.000_001, 2], shape: [2]), segment: 1)
        sums.add(Tensor([1, .infinity], shape: [2]), segment: 1)
        #expect(sums.nonFiniteCount == 1)
        try sums.finish(0..<5)
        #expect(sums.result(segment: 1, shape: [2]).scalars == [2.000_001, .infinity])
        sums.reset()
        #expect(sums.result(segment: 1, shape: [2]).scalars == [0, 0])
        #expect(sums.nonFiniteCount == 0)
    }

    @Test(arguments: [false, true])
    func whatPeersSendIsAddedInFloat32(compresses: Bool) throws {
        let count = 37
        let (one, other) = (
            FloatAccumulator(
                segmentCounts: [count], gradientSegments: 1, compressesGradients: compresses),
            FloatAccumulator(
                segmentCounts: [count], gradientSegments: 1, compressesGradients: compresses)
        )
        // 2^-9 beside 1 is below bfloat16's digits, but not below those of the sum.
        one.result(segment: 0, shape: [count]).fill(1)
        other.result(segment: 0, shape: [count]).fill(0x1p-9)
        var bytes = [UInt8](repeating: 0, count: count * other.sumBytes(in: 0..<count))
        var span = bytes.mutableSpan
        var target = span.mutableBytes
        try other.copySums(0..<count, into: &target)
        try one.accumulate(bytes.span.bytes, range: 0..<count)
        #expect(one.result(segment: 0, shape: [count]).scalars.allSatisfy { $0 == 1 + 0x1p-9 })
        #expect(throws: TensorKernelsError.self) {
            try one.accumulate(bytes.span.bytes, range: 0..<count - 1)
        }
        #expect(throws: TensorKernelsError.self) { try one.finish(0..<count + 1) }
    }

    private func sent(_ sums: FloatAccumulator, _ range: Range<Int>) throws -> [UInt16] {
        var bytes = [UInt8](repeating: 0, count: range.count * 2)
        var span = bytes.mutableSpan
        var target = span.mutableBytes
        try sums.copySums(range, into: &target)
        return range.indices.map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
    }
}
