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

    func read(_ range: Range<Int>) -> [UInt8] {
        #expect(!range.isEmpty)
        return sums[range].flatMap { littleEndianBytes($0) }
    }

    func accumulate(_ bytes: [UInt8], into range: Range<Int>) {
        #expect(bytes.count == 8 * range.count && !range.isEmpty)
        for (index, element) in range.enumerated() {
            sums[element] += integer(bytes[8 * index..<8 * index + 8], as: Int64.self)
        }
    }

    func finish(_ range: Range<Int>) {
        #expect(!range.isEmpty && !finishedRanges.contains { $0.overlaps(range) })
        finishedRanges.append(range)
        for index in range { results[index] = Int32(2 * sums[index]) }
    }

    func readResult(_ range: Range<Int>) throws -> [UInt8] {
        try results[range].flatMap { littleEndianBytes(try #require($0)) }
    }

    func writeResult(_ bytes: [UInt8], into range: Range<Int>) {
        #expect(bytes.count == 4 * range.count && !range.isEmpty)
        for (index, element) in range.enumerated() {
            results[element] = integer(bytes[4 * index..<4 * index + 4], as: Int32.self)
        }
    }

    private func littleEndianBytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
    }

    private func integer<Value: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as type: Value.Type) -> Value {
        bytes.reversed().reduce(0) { $0 << 8 | Value($1) }
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
