import CTensorKernels

// What a ring of workers exchanges.
extension FixedPointAccumulator {
    /// Bytes, 1 to 8, that each sum of `range` fits in: five where the largest has 36 bits, as usual, and one where
    /// all are zero, as for words that do not occur.
    public func sumWidth(_ range: Range<Int>) throws -> Int {
        try segments.requireElements(range)
        return graft_sum_width(sums + range.lowerBound, range.count)
    }

    /// Writes the sums of `range` to where they are sent from, each as an integer of as many bytes as there is room
    /// for: a little-endian Int64, or fewer bytes, down to `sumWidth`. With less their high bytes are lost.
    public func copySums(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        let width = try packedWidth(range, byteCount: bytes.byteCount)
        bytes.withUnsafeMutableBytes { target in
            guard let address = target.baseAddress else { return }
            graft_pack_sums(sums + range.lowerBound, address, range.count, width)
        }
    }

    /// Adds a peer's sums, where they lie and as `copySums` has written them, to those of `range`.
    public func accumulate(_ bytes: RawSpan, range: Range<Int>) throws {
        let width = try packedWidth(range, byteCount: bytes.byteCount)
        bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            graft_add_sums(address, width, sums + range.lowerBound, range.count)
        }
    }

    /// Converts the sums of `range` to Float32 and keeps them as results.
    public func finish(_ range: Range<Int>) throws {
        try segments.requireElements(range)
        forEachPart(of: range) { segment, part in
            withPointers(resultTensor) {
                graft_dequantize(
                    sums + part.lowerBound, Int32(exponents[segment]), $0 + part.lowerBound, part.count)
            }
        }
    }

    /// Converts the sums of `range`, with a peer's added to them, to Float32 and keeps these as results; the sums of
    /// `range` are undefined then. One pass, where to add and then to convert would be two.
    public func finish(_ range: Range<Int>, adding bytes: RawSpan) throws {
        let width = try packedWidth(range, byteCount: bytes.byteCount)
        bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            forEachPart(of: range) { segment, part in
                withPointers(resultTensor) {
                    graft_dequantize_adding(
                        address + width * (part.lowerBound - range.lowerBound), width,
                        sums + part.lowerBound, Int32(exponents[segment]), $0 + part.lowerBound, part.count)
                }
            }
        }
    }

    /// Writes the results of `range`, little-endian Float32, to where they are sent from.
    public func copyResults(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        try check(range, byteCount: bytes.byteCount, width: 4)
        bytes.withUnsafeMutableBytes { target in
            withPointers(resultTensor) {
                target.copyMemory(
                    from: UnsafeRawBufferPointer(start: $0 + range.lowerBound, count: range.count * 4))
            }
        }
    }

    /// Stores a peer's results, as `copyResults` wrote them, from where they lie.
    public func storeResults(_ bytes: RawSpan, range: Range<Int>) throws {
        try check(range, byteCount: bytes.byteCount, width: 4)
        bytes.withUnsafeBytes { source in
            withPointers(resultTensor) {
                UnsafeMutableRawBufferPointer(start: $0 + range.lowerBound, count: range.count * 4)
                    .copyMemory(from: source)
            }
        }
    }

    /// The width of packed sums that take so many bytes.
    private func packedWidth(_ range: Range<Int>, byteCount: Int) throws -> Int {
        let width = range.isEmpty ? 8 : byteCount / range.count
        try check(range, byteCount: byteCount, width: min(max(width, 1), 8))
        return width
    }

    private func check(_ range: Range<Int>, byteCount: Int, width: Int) throws {
        try segments.requireElements(range)
        if byteCount != range.count * width {
            throw TensorKernelsError(
                .wrongByteCount, "\(byteCount) bytes for \(range.count) elements of \(width) bytes")
        }
    }

    private func forEachPart(of range: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
        for segment in segmentCounts.indices {
            let part = elements(ofSegment: segment).clamped(to: range)
            if !part.isEmpty { body(segment, part) }
        }
    }
}
