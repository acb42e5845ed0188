import Collectives
import TensorKernels

/// An accumulator's view for the exchange, as a worker has it.
final class FixedPointReduction: ReductionBuffer {
    private let sums: FixedPointAccumulator

    init(_ sums: FixedPointAccumulator) { self.sums = sums }

    var count: Int { sums.elementCount }
    var sumElementBytes: Int { 8 }
    var smallestSumElementBytes: Int { 1 }
    var resultElementBytes: Int { 4 }

    func sumBytes(_ range: Range<Int>) throws -> Int { try sums.sumWidth(range) }

    func read(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        try sums.copySums(range, into: &bytes)
    }

    func accumulate(_ bytes: RawSpan, into range: Range<Int>) throws {
        try sums.accumulate(bytes, range: range)
    }

    func finish(_ range: Range<Int>) throws { try sums.finish(range) }

    func finish(_ range: Range<Int>, adding bytes: RawSpan) throws {
        try sums.finish(range, adding: bytes)
    }

    func readResult(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        try sums.copyResults(range, into: &bytes)
    }

    func writeResult(_ bytes: RawSpan, into range: Range<Int>) throws {
        try sums.storeResults(bytes, range: range)
    }
}
