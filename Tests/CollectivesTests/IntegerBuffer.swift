import Testing

@testable import Collectives

/// Int64 sums, whose results are their doubles as Int32, so that the two forms differ in value and in size.
final class IntegerBuffer: ReductionBuffer {
    var sums: [Int64]
    var results: [Int32?]
    private(set) var finishedRanges: [Range<Int>] = []

    init(_ sums: [Int64]) {
        self.sums = sums
        results = Array(repeating: nil, count: sums.count)
    }

    var count: Int { sums.count }
    var sumElementBytes: Int { 8 }
    var resultElementBytes: Int { 4 }

    func read(_ range: Range<Int>, into bytes: inout MutableRawSpan) {
        #expect(bytes.byteCount == 8 * range.count && !range.isEmpty)
        for (index, element) in range.enumerated() {
            bytes.storeBytes(of: sums[element].littleEndian, toByteOffset: 8 * index, as: Int64.self)
        }
    }

    func accumulate(_ bytes: RawSpan, into range: Range<Int>) {
        #expect(bytes.byteCount == 8 * range.count && !range.isEmpty)
        for (index, element) in range.enumerated() {
            sums[element] += Int64(
                littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
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
