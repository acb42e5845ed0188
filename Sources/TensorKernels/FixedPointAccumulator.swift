import CTensorKernels

/// Sums gradients as integers: the sum of many micro-batches has the same bits in whatever order, and on
/// however many workers, they are added.
///
/// A number g is added as the integer nearest to g · 2^exponent. Each segment, a parameter, has an exponent
/// of its own, alike on all workers. One addend's magnitude is limited to 2^51 − 1 (it saturates and is
/// counted), so 4096 addends cannot overflow the 64-bit sum. Numbers that are not finite add 0 and are
/// counted. Where the segment's largest magnitude is near 2^36 units, rounding to an integer loses less than
/// Float32 itself does.
///
/// Elements are counted over all segments, one after the other. In a ring the sums travel as little-endian
/// integers of as many bytes as they need (`copySums`, `accumulate`), results as little-endian Float32 (`copyResults`,
/// `storeResults`).
public final class FixedPointAccumulator {
    /// Exponents that fit: 2^exponent and 2^−exponent are normal in double precision with room to spare.
    public static let exponentRange = -200...200
    /// 1.0 becomes 2^36 units.
    public static let defaultExponent = 36

    /// Elements of each segment.
    public var segmentCounts: [Int] { segments.counts }
    /// Elements of all segments.
    public var elementCount: Int { segments.elementCount }
    /// First element of each segment.
    public var segmentStarts: [Int] { segments.starts }
    /// Each segment's exponent. They are part of a checkpoint. Change them only when sums are zero.
    public var exponents: [Int] {
        didSet {
            precondition(exponents.count == segmentCounts.count, "one exponent a segment")
            exponents = exponents.map {
                min(max($0, Self.exponentRange.lowerBound), Self.exponentRange.upperBound)
            }
        }
    }
    /// Addends cut to the largest magnitude since `reset()`, in this process.
    public private(set) var saturatedCount = 0
    /// Addends that were infinite or not a number since `reset()`, in this process.
    public private(set) var nonFiniteCount = 0

    let segments: SumSegments
    let sums: UnsafeMutablePointer<Int64>
    let resultTensor: Tensor

    /// - Parameter segmentCounts: elements of each segment.
    public init(segmentCounts: [Int]) {
        segments = SumSegments(segmentCounts)
        let total = segments.elementCount
        exponents = Array(repeating: Self.defaultExponent, count: segmentCounts.count)
        sums = LargeMemory.allocate(byteCount: max(1, total) * MemoryLayout<Int64>.stride)
            .bindMemory(to: Int64.self, capacity: max(1, total))
        sums.initialize(repeating: 0, count: max(1, total))
        resultTensor = .zeros([total])
    }

    deinit { UnsafeMutableRawPointer(sums).deallocate() }

    /// Elements of segment `index`.
    public func elements(ofSegment index: Int) -> Range<Int> { segments.elements(of: index) }

    /// Sets sums and counters to zero; exponents and results stay.
    public func reset() {
        sums.update(repeating: 0, count: elementCount)
        saturatedCount = 0
        nonFiniteCount = 0
    }

    /// Adds a gradient to a segment.
    /// - Parameter gradient: as many elements as the segment has.
    public func add(_ gradient: Tensor, segment: Int) {
        gradient.requireCount(segmentCounts[segment], "gradient of segment \(segment)")
        quantize(gradient, segment: segment, at: segmentStarts[segment])
    }

    /// Adds only some rows of a gradient whose other rows are zero.
    /// - Parameter rows: of the first dimension.
    public func add(_ gradient: Tensor, segment: Int, rows: [Int]) {
        gradient.requireCount(segmentCounts[segment], "gradient of segment \(segment)")
        let width = gradient.shape.dropFirst().reduce(1, *)
        for row in rows {
            quantize(
                gradient.rows(row..<row + 1), segment: segment, at: segmentStarts[segment] + row * width)
        }
    }

    private func quantize(_ gradient: Tensor, segment: Int, at element: Int) {
        var counts = GraftQuantizationCounts(saturated: 0, non_finite: 0)
        withPointers(gradient) {
            graft_quantize_add($0, Int32(exponents[segment]), sums + element, gradient.count, &counts)
        }
        count(counts)
    }

    func count(_ counts: GraftQuantizationCounts) {
        saturatedCount += Int(counts.saturated)
        nonFiniteCount += Int(counts.non_finite)
    }
}
