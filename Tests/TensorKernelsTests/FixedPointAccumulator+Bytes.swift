@testable import TensorKernels

/// Sums and results as arrays of bytes, which tests compare and write.
extension FixedPointAccumulator {
    /// Sums of `range` as little-endian Int64, 8 bytes an element.
    func sums(_ range: Range<Int>) throws -> [UInt8] {
        try bytes(8 * range.count) { try copySums(range, into: &$0) }
    }

    /// Adds a peer's sums, as `sums(_:)` gave them, to those of `range`.
    func accumulate(_ bytes: [UInt8], range: Range<Int>) throws {
        try accumulate(bytes.span.bytes, range: range)
    }

    /// Overwrites the sums of `range`. What `accumulate` refuses is refused here.
    func replaceSums(_ bytes: [UInt8], range: Range<Int>) throws {
        try accumulate(bytes, range: range)
        UnsafeMutableRawBufferPointer(start: sums + range.lowerBound, count: bytes.count).copyBytes(
            from: bytes)
    }

    /// Results of `range` as little-endian Float32, 4 bytes an element.
    func results(_ range: Range<Int>) throws -> [UInt8] {
        try bytes(4 * range.count) { try copyResults(range, into: &$0) }
    }

    /// Stores a peer's results, as `results(_:)` gave them.
    func storeResults(_ bytes: [UInt8], range: Range<Int>) throws {
        try storeResults(bytes.span.bytes, range: range)
    }

    private func bytes(_ count: Int, _ write: (inout MutableRawSpan) throws -> Void) rethrows -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var target = span.mutableBytes
        try write(&target)
        return bytes
    }
}
