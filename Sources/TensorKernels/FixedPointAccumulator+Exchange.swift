import CTensorKernels

// What a ring of workers exchanges.
extension FixedPointAccumulator {
    /// Sums of `range` as little-endian Int64, 8 bytes an element.
    public func sums(_ range: Range<Int>) throws -> [UInt8] {
        try check(range)
        return [UInt8](UnsafeRawBufferPointer(start: sums + range.lowerBound, count: range.count * 8))
    }

    /// Adds a peer's sums, as `sums(_:)` gave them, to those of `range`.
    public func accumulate(_ bytes: [UInt8], range: Range<Int>) throws {
        try check(range, bytes, width: 8)
        bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            graft_add_int64_bytes(address, sums + range.lowerBound, range.count)
        }
    }

    /// Overwrites the sums of `range` with a peer's.
    public func replaceSums(_ bytes: [UInt8], range: Range<Int>) throws {
        try check(range, bytes, width: 8)
        UnsafeMutableRawBufferPointer(start: sums + range.lowerBound, count: range.count * 8)
            .copyBytes(from: bytes)
    }

    /// Converts the sums of `range` to Float32 and keeps them as results.
    public func finish(_ range: Range<Int>) throws {
        try check(range)
        forEachPart(of: range) { segment, part in
            withPointers(resultTensor) {
                graft_dequantize(
                    sums + part.lowerBound, Int32(exponents[segment]), $0 + part.lowerBound, part.count)
            }
        }
    }

    /// Results of `range` as little-endian Float32, 4 bytes an element.
    public func results(_ range: Range<Int>) throws -> [UInt8] {
        try check(range)
        return resultTensor.rows(range).littleEndianBytes
    }

    /// Stores a peer's results, as `results(_:)` gave them.
    public func storeResults(_ bytes: [UInt8], range: Range<Int>) throws {
        try check(range, bytes, width: 4)
        withPointers(resultTensor) {
            UnsafeMutableRawBufferPointer(start: $0 + range.lowerBound, count: range.count * 4)
                .copyBytes(from: bytes)
        }
    }

    private func check(_ range: Range<Int>, _ bytes: [UInt8]? = nil, width: Int = 0) throws {
        guard range.lowerBound >= 0, range.upperBound <= elementCount else {
            throw TensorKernelsError(
                .outOfRange, "elements \(range) of an accumulator of \(elementCount) elements")
        }
        if let bytes, bytes.count != range.count * width {
            throw TensorKernelsError(
                .wrongByteCount, "\(bytes.count) bytes for \(range.count) elements of \(width) bytes")
        }
    }

    private func forEachPart(of range: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
        for segment in segmentCounts.indices {
            let part = elements(ofSegment: segment).clamped(to: range)
            if !part.isEmpty { body(segment, part) }
        }
    }
}
