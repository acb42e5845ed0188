import CTensorKernels

/// Sums gradients as plain Float32: faster than `FixedPointAccumulator`, but the bits depend on the order in which
/// micro-batches and workers are added.
///
/// Sums and results are the same memory, a segment's `result`. Gradients are written there by whoever computes them;
/// `reset()` leaves them, and clears only the segments behind them.
public final class FloatAccumulator: GradientSums {
    public var segmentCounts: [Int] { segments.counts }
    public var elementCount: Int { segments.elementCount }
    public var segmentStarts: [Int] { segments.starts }
    /// Kept for checkpoints, and of no effect.
    public var exponents: [Int]
    /// Always 0: Float32 sums do not saturate.
    public var saturatedCount: Int { 0 }
    public private(set) var nonFiniteCount = 0

    private let segments: SumSegments
    /// Elements before this one are gradients.
    private let gradientCount: Int
    private let compressesGradients: Bool
    private let sums: Tensor

    /// - Parameters:
    ///   - segmentCounts: elements of each segment, gradients first.
    ///   - gradientSegments: how many of these are gradients.
    ///   - compressesGradients: whether gradients travel as bfloat16, rounded to nearest, ties to even. They are
    ///     added in Float32; a result is a bfloat16 on all workers.
    public init(segmentCounts: [Int], gradientSegments: Int, compressesGradients: Bool = false) {
        segments = SumSegments(segmentCounts)
        self.compressesGradients = compressesGradients
        gradientCount = segmentCounts[..<gradientSegments].reduce(0, +)
        exponents = Array(repeating: FixedPointAccumulator.defaultExponent, count: segmentCounts.count)
        sums = .zeros([segments.elementCount])
    }

    public func add(_ addend: Tensor, segment: Int) {
        nonFiniteCount += addend.scalars.count { !$0.isFinite }
        sums.rows(segments.elements(of: segment)).addInPlace(addend.reshaped([segmentCounts[segment]]))
    }

    public func reset() {
        sums.rows(gradientCount..<elementCount).fill(0)
        nonFiniteCount = 0
    }

    public func adaptExponents() {}

    public func result(segment: Int, shape: [Int]) -> Tensor {
        sums.rows(segments.elements(of: segment)).reshaped(shape)
    }

    // MARK: - What workers exchange

    /// Gradients apart from what is summed with them, where they are compressed: figures must not lose digits.
    public func exchangedParts(of range: Range<Int>) -> [Range<Int>] {
        let parts =
            compressesGradients
            ? [range.clamped(to: 0..<gradientCount), range.clamped(to: gradientCount..<elementCount)]
            : [range]
        return parts.filter { !$0.isEmpty }
    }

    public func sumBytes(in part: Range<Int>) -> Int { isCompressed(part) ? 2 : 4 }
    public func resultBytes(in part: Range<Int>) -> Int { sumBytes(in: part) }

    public func copySums(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        try check(range, byteCount: bytes.byteCount)
        bytes.withUnsafeMutableBytes { target in
            guard let address = target.baseAddress else { return }
            withPointers(sums) { sums in
                if isCompressed(range) {
                    graft_float32_to_bfloat16(sums + range.lowerBound, address, range.count)
                } else {
                    target.copyMemory(
                        from: UnsafeRawBufferPointer(start: sums + range.lowerBound, count: range.count * 4))
                }
            }
        }
    }

    public func accumulate(_ bytes: RawSpan, range: Range<Int>) throws {
        try check(range, byteCount: bytes.byteCount)
        bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            withPointers(sums) { sums in
                if isCompressed(range) {
                    graft_add_bfloat16_bytes(address, sums + range.lowerBound, range.count)
                } else {
                    graft_add_float32_bytes(address, sums + range.lowerBound, range.count)
                }
            }
        }
    }

    public func finish(_ range: Range<Int>) throws {
        try check(range)
        // Whoever finishes a sum must end with what the others are sent.
        let rounded = compressesGradients ? range.clamped(to: 0..<gradientCount) : 0..<0
        withPointers(sums) { graft_round_to_bfloat16($0 + rounded.lowerBound, rounded.count) }
    }

    public func copyResults(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        try copySums(range, into: &bytes)
    }

    public func storeResults(_ bytes: RawSpan, range: Range<Int>) throws {
        try check(range, byteCount: bytes.byteCount)
        bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            withPointers(sums) { sums in
                if isCompressed(range) {
                    graft_bfloat16_to_float32(address, sums + range.lowerBound, range.count)
                } else {
                    UnsafeMutableRawBufferPointer(start: sums + range.lowerBound, count: range.count * 4)
                        .copyMemory(from: source)
                }
            }
        }
    }

    private func isCompressed(_ range: Range<Int>) -> Bool {
        compressesGradients && range.lowerBound < gradientCount
    }

    private func check(_ range: Range<Int>, byteCount: Int? = nil) throws {
        try segments.requireElements(range)
        guard let byteCount else { return }
        let width = sumBytes(in: range)
        let isOfOneFormat = width == 4 || range.upperBound <= gradientCount
        guard isOfOneFormat, byteCount == range.count * width else {
            throw TensorKernelsError(
                .wrongByteCount,
                "\(byteCount) bytes for elements \(range), \(width) bytes each, \(gradientCount) of them "
                    + "gradients")
        }
    }
}
