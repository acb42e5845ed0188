import Foundation
import Testing

@testable import TensorKernels

/// Row-wise kernels against double precision, and each row by itself.
@Suite struct RowWiseKernelTests {
    static let shapes = [[1, 1], [3, 2], [5, 15], [4, 16], [7, 17], [2, 384], [3, 1000], [0, 4]]

    private func random(_ shape: [Int], key: UInt64 = 1) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fillNormal(standardDeviation: 2, key: key)
        return tensor
    }

    private func doubles(_ tensor: Tensor, row: Int) -> [Double] {
        tensor.rows(row..<row + 1).scalars.map(Double.init)
    }

    private func expectClose(_ a: [Double], _ b: [Double], _ tolerance: Double) {
        #expect(a.count == b.count)
        for (x, y) in zip(a, b) { #expect(abs(x - y) <= tolerance * max(1, abs(y))) }
    }

    @Test(arguments: shapes) func softmax(_ shape: [Int]) {
        let x = random(shape)
        let y = x.softmax()
        for row in 0..<shape[0] {
            let exponentials = doubles(x, row: row).map { exp($0) }
            let sum = exponentials.reduce(0, +)
            expectClose(doubles(y, row: row), exponentials.map { $0 / sum }, 1e-6)
            #expect(x.rows(row..<row + 1).softmax().isIdentical(to: y.rows(row..<row + 1)))
        }
    }

    @Test func softmaxOfLargeNumbersIsFinite() {
        let y = Tensor([1e30, -1e30, 1e30, 200], shape: [1, 4]).softmax()
        #expect(y.scalars == [0.5, 0, 0.5, 0])
    }

    @Test(arguments: shapes) func layerNormalization(_ shape: [Int]) {
        let x = random(shape)
        let residual = random(shape, key: 2)
        let scale = random([shape[1]], key: 3)
        let shift = random([shape[1]], key: 4)
        let y = x.layerNormalized(residual: residual, scale: scale, shift: shift, epsilon: 1e-5).result
        for row in 0..<shape[0] {
            let h = zip(doubles(x, row: row), doubles(residual, row: row)).map(+)
            let mean = h.reduce(0, +) / Double(h.count)
            let variance = h.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(h.count)
            let expected = h.indices.map {
                (h[$0] - mean) / (variance + 1e-5).squareRoot() * Double(scale[$0]) + Double(shift[$0])
            }
            expectClose(doubles(y, row: row), expected, 3e-6)
            let range = row..<row + 1
            let alone = x.rows(range).layerNormalized(
                residual: residual.rows(range), scale: scale, shift: shift, epsilon: 1e-5
            ).result
            #expect(alone.isIdentical(to: y.rows(range)))
        }
    }

    @Test(arguments: shapes) func crossEntropy(_ shape: [Int]) {
        let logits = random(shape)
        let labels = (0..<shape[0]).map { $0 * 7 % shape[1] }
        let losses = logits.crossEntropy(labels: labels).losses
        for row in 0..<shape[0] {
            let x = doubles(logits, row: row)
            let expected = log(x.reduce(0) { $0 + exp($1) }) - x[labels[row]]
            #expect(abs(Double(losses[row]) - expected) < 2e-6 * max(1, abs(expected)))
        }
    }

    @Test func attentionOfASequenceDependsOnNoOther() {
        let lengths = [5, 1, 33, 12]
        let (query, key, value) = (
            random([51, 24], key: 1), random([51, 24], key: 2), random([51, 24], key: 3)
        )
        let all = RaggedAttention(lengths: lengths, headCount: 3)
            .forward(query: query, key: key, value: value, keepsProbabilities: true)
        var start = 0
        for length in lengths {
            let rows = start..<start + length
            let alone = RaggedAttention(lengths: [length], headCount: 3).forward(
                query: query.rows(rows), key: key.rows(rows), value: value.rows(rows),
                keepsProbabilities: false)
            #expect(alone.result.isIdentical(to: all.result.rows(rows)))
            start += length
        }
    }
}
