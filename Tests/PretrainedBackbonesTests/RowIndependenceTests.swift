import Foundation
import PretrainedBackbones
import TensorKernels
import Testing

/// Features may be computed in any company, on the processor's kernels and, in a process of its own, on others.
@Suite struct RowIndependenceTests {
    @Test(arguments: [32, 384])
    func featuresOfASampleAreTheSameBitsInAnyBatch(hidden: Int) {
        let configuration = BertConfiguration(
            vocabularySize: 100, hiddenSize: hidden, layerCount: 2, headCount: hidden / 8,
            intermediateSize: 4 * hidden, maximumLength: 64, initializerRange: 0.1)
        let encoder = BertEncoder.random(configuration, seed: 1)
        let lengths = [2, 3, 5, 15, 16, 17, 31, 33, 63, 64, 7, 2, 40]
        let samples = lengths.enumerated().map { index, length in
            (0..<length).map { Int32(($0 * 7 + index * 31) % 100) }
        }
        let alone = samples.map { encoder.frozenForward(TokenBatch([$0]), belowCut: 2) }
        let orders = [
            Array(samples.indices), samples.indices.reversed(), [3, 0, 9], [5, 12], [0, 11], [8, 9, 6, 7],
        ]
        for order in orders {
            let batch = TokenBatch(order.map { samples[$0] })
            let together = encoder.frozenForward(batch, belowCut: 2)
            for (place, index) in order.enumerated() {
                #expect(
                    together.rows(batch.layout.rows(place)).isIdentical(to: alone[index]), "\(order) \(index)"
                )
            }
        }
        #expect(alone.allSatisfy { $0.scalars.allSatisfy(\.isFinite) })
    }

    @Test func alignmentIsMeasuredOnceForAllEncodersOfASize() {
        let configuration = BertConfiguration(
            vocabularySize: 8, hiddenSize: 272, layerCount: 1, headCount: 2, intermediateSize: 1040)
        let clock = ContinuousClock()
        var alignments: [Int?] = []
        let times = (UInt64(0)..<2).map { seed in
            let encoder = BertEncoder.random(configuration, seed: seed)
            return clock.measure { alignments.append(encoder.rowAlignment) }
        }
        #expect(alignments[0] == alignments[1])
        #expect(times[1] < times[0] / 10)
    }

    /// The library chooses its kernels when it is loaded.
    @Test(
        .enabled(if: BLASEnvironment.current.coreName != "Haswell", "these are the Haswell kernels already"))
    func holdsOnHaswellKernelsToo() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
        process.arguments = [
            "--testing-library", "swift-testing", "--filter", "RowIndependenceTests/(featuresOf|kernelsAre)",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "OPENBLAS_CORETYPE": "Haswell", Self.expectedCore: "Haswell",
        ]) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains("Test run with 2 tests") && text.contains("passed"), "\(text)")
    }

    private static let expectedCore = "GRAFT_EXPECTED_CORE"

    @Test(.enabled(if: ProcessInfo.processInfo.environment[expectedCore] != nil, "only in the other process"))
    func kernelsAreThoseAskedFor() {
        let expected = ProcessInfo.processInfo.environment[Self.expectedCore]
        #expect(BLASEnvironment.current.coreName == expected)
    }
}
