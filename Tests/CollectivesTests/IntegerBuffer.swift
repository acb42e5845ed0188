import Testing

@testable import Collectives

/// Int64 sums, whose results are their doubles as Int32, so that the two forms differ in value and in size.
final class IntegerBuffer: ReductionBuffer {
    var sums: [Int64]
    var results: [Int32?]
    private(set) var finishedRanges: [Range<Int>] = []
    /// Whether sums travel in as few bytes as they need.
    private let packs: Bool

    init(_ sums: [Int64], packs: Bool = false) {
        self.sums = sums
        self.packs = packs
        results = Array(repeating: nil, count: sums.count)
    }

    var count: Int { sums.count }
    var sumElementBytes: Int { 8 }
    var smallestSumElementBytes: Int { packs ? 1 : 8 }
    var resultElementBytes: Int { 4 }

    func sumBytes(_ range: Range<Int>) -> Int {
        let bits = sums[range].map { Int64.bitWidth - max($0, ~$0).leadingZeroBitCount + 1 }.max() ?? 0
        return packs ? (bits + 7) / 8 : 8
    }

    func read(_ range: Range<Int>, into bytes: inout MutableRawSpan) {
        let width = bytes.byteCount / range.count
        #expect(bytes.byteCount == width * range.count && (packs || width == 8))
        for (index, element) in range.enumerated() {
            for byte in 0..<width {
                bytes.storeBytes(
                    of: UInt8(truncatingIfNeeded: sums[element] >> (8 * byte)),
                    toByteOffset: width * index + byte, as: UInt8.self)
            }
        }
    }

    func accumulate(_ bytes: RawSpan, into range: Range<Int>) {
        let width = bytes.byteCount / range.count
        #expect(bytes.byteCount == width * range.count && (packs || width == 8))
        for (index, element) in range.enumerated() {
            let highest = bytes.unsafeLoad(fromByteOffset: width * index + width - 1, as: Int8.self)
            sums[element] += (0..<width - 1).reversed().reduce(Int64(highest)) { sum, byte in
                sum << 8 | Int64(bytes.unsafeLoad(fromByteOffset: width * index + byte, as: UInt8.self))
            }
        }
    }

    func finish(_ range: Range<Int>) {
        #expect(!range.isEmpty && !finishedRanges.contains { $0.overlaps(range) })
        finishedRanges.append(range)
        for index in range { results[index] = Int32(2 * sums[index]) }
    }

    func readResult(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        #expect(bytes.byteCount == 4 * range.count && !range.isEmpty)
        for (index, element) in range.enumerated() {
            let result = try #require(results[element])
            bytes.storeBytes(of: result.littleEndian, toByteOffset: 4 * index, as: Int32.self)
        }
    }

    func writeResult(_ bytes: RawSpan, into range: Range<Int>) {
        #expect(bytes.byteCount == 4 * range.count && !range.isEmpty)
        for (index, element) in range.enumerated() {
            results[element] = Int32(
                littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
        }
    }
}

/// What member `rank` brings to the sum in a round.
func contribution(rank: Int, count: Int, round: Int) -> [Int64] {
    (0..<count).map { Int64($0 % 1013 + 7 * round) * Int64(rank + 1) - 500 }
}

/// What the sum's results must be.
func expectedResults(size: Int, count: Int, round: Int) -> [Int32] {
    (0..<count).map { element in
        (0..<size).reduce(0) { $0 + 2 * (Int32(element % 1013 + 7 * round) * Int32($1 + 1) - 500) }
    }
}
