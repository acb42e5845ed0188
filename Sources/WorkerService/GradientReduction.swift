import Collectives
import TensorKernels

/// The ring's view of a step's gradient sums: fixed-point integers on the way round, Float32 on the way back.
final class GradientReduction: ReductionBuffer {
    private let sums: FixedPointAccumulator

    init(_ sums: FixedPointAccumulator) { self.sums = sums }

    var count: Int { sums.elementCount }
    var sumElementBytes: Int { 8 }
    var resultElementBytes: Int { 4 }

    func read(_ range: Range<Int>) throws -> [UInt8] { try sums.sums(range) }

    func accumulate(_ bytes: [UInt8], into range: Range<Int>) throws {
        try sums.accumulate(bytes, range: range)
    }

    func finish(_ range: Range<Int>) throws { try sums.finish(range) }

    func readResult(_ range: Range<Int>) throws -> [UInt8] { try sums.results(range) }

    func writeResult(_ bytes: [UInt8], into range: Range<Int>) throws {
        try sums.storeResults(bytes, range: range)
    }
}
