import Collectives
import TensorKernels

/// The exchange's view of a part of a step's gradient sums: exact sums are fixed-point integers on the way there,
/// Float32 on the way back; fast ones are floats both ways.
///
/// Where lower layers rest, only what lies behind them goes round.
final class GradientReduction: ReductionBuffer {
    private let sums: any GradientSums
    private let elements: Range<Int>

    /// - Parameter elements: one of `exchangedParts`, alike on all members.
    init(_ sums: any GradientSums, elements: Range<Int>) {
        self.sums = sums
        self.elements = elements
    }

    var count: Int { elements.count }
    var endsStep: Bool { elements.upperBound == sums.elementCount }
    var sumElementBytes: Int { sums.sumBytes(in: elements) }
    var smallestSumElementBytes: Int { sums.smallestSumBytes(in: elements) }
    var resultElementBytes: Int { sums.resultBytes(in: elements) }

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
