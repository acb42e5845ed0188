import Collectives
import TensorKernels

/// The exchange's view of a step's gradient sums: fixed-point integers on the way there, Float32 on the way back.
///
/// Where lower layers rest, only what lies behind them goes round.
final class GradientReduction: ReductionBuffer {
    private let sums: FixedPointAccumulator
    private let elements: Range<Int>

    /// - Parameter elements: those to sum up, alike on all members.
    init(_ sums: FixedPointAccumulator, elements: Range<Int>) {
        self.sums = sums
        self.elements = elements
    }

    var count: Int { elements.count }
    var sumElementBytes: Int { 8 }
    var smallestSumElementBytes: Int { 1 }
    var resultElementBytes: Int { 4 }

    func sumBytes(_ range: Range<Int>) throws -> Int { try sums.sumWidth(within(range)) }

    func read(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        try sums.copySums(within(range), into: &bytes)
    }

    func accumulate(_ bytes: RawSpan, into range: Range<Int>) throws {
        try sums.accumulate(bytes, range: within(range))
    }

    func finish(_ range: Range<Int>) throws { try sums.finish(within(range)) }

    func finish(_ range: Range<Int>, adding bytes: RawSpan) throws {
        try sums.finish(within(range), adding: bytes)
    }

    func readResult(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws {
        try sums.copyResults(within(range), into: &bytes)
    }

    func writeResult(_ bytes: RawSpan, into range: Range<Int>) throws {
        try sums.storeResults(bytes, range: within(range))
    }

    private func within(_ range: Range<Int>) -> Range<Int> {
        elements.lowerBound + range.lowerBound..<elements.lowerBound + range.upperBound
    }
}
