import Foundation
import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Operations of T5's kind of transformer against finite differences, and against their definitions.
@Suite struct EncoderDecoderOperationTests {
    static let layouts: [(queries: [Int], keys: [Int])] = [
        ([1], [1]), ([3, 1, 4], [2, 5, 1]), ([2, 0, 3], [4, 3, 0]), ([], []),
    ]

    @Test(arguments: [[0, 5], [1, 1], [4, 16], [3, 37]]) func rootMeanSquareNormalizations(_ shape: [Int]) {
        expectGradientsMatch([randomTensor(shape, key: 1), randomTensor([shape[1]], key: 2)]) {
            rootMeanSquareNormalization($0[0], scale: $0[1], epsilon: 1e-3)
        }
    }

    @Test func rootMeanSquareNormalizationAsDefined() {
        let x = Tensor([3, -4, 0, 5], shape: [2, 2])
        let result = rootMeanSquareNormalization(
            Variable(x), scale: Variable(Tensor([1, 2], shape: [2])), epsilon: 0
        ).value.scalars
        let expected: [Float] = [
            3 / Float(12.5).squareRoot(), -8 / Float(12.5).squareRoot(), 0, 10 / Float(12.5).squareRoot(),
        ]
        for (got, wanted) in zip(result, expected) { #expect(abs(got - wanted) < 1e-6) }
    }

    @Test(arguments: layouts) func attentionBetweenLayouts(_ layouts: (queries: [Int], keys: [Int])) {
        let (queries, keys) = (
            SequenceLayout(lengths: layouts.queries), SequenceLayout(lengths: layouts.keys)
        )
        let inputs = [
            randomTensor([queries.tokenCount, 6], key: 1), randomTensor([keys.tokenCount, 6], key: 2),
            randomTensor([keys.tokenCount, 6], key: 3),
        ]
        for dropout in [nil, (probability: Float(0.3), key: RandomKey(seed: 4))] {
            expectGradientsMatch(inputs) {
                biasedAttention(
                    query: $0[0], key: $0[1], value: $0[2], queryLayout: queries, keyLayout: keys,
                    headCount: 2,
                    dropout: dropout)
            }
        }
    }

    @Test(arguments: [[1], [3, 1, 4], [2, 0, 5], []], [false, true])
    func attentionWithABiasByDistance(_ lengths: [Int], isCausal: Bool) {
        let layout = SequenceLayout(lengths: lengths)
        let inputs =
            (0..<3).map { randomTensor([layout.tokenCount, 6], key: $0) } + [randomTensor([2, 11], key: 9)]
        expectGradientsMatch(inputs) {
            biasedAttention(
                query: $0[0], key: $0[1], value: $0[2], queryLayout: layout, keyLayout: layout, headCount: 2,
                diagonals: $0[3], isCausal: isCausal)
        }
    }

    @Test(arguments: [[0], [2, 1, 0], [0, 0, 1, 2, 2]]) func biasesOfDistances(_ buckets: [Int]) {
        expectGradientsMatch([randomTensor([3, 4], key: 1)]) { distanceBias($0[0], buckets: buckets) }
    }

    /// Softmax over key j of q·k + the bias of j − i, in double precision.
    @Test func attentionAsDefined() {
        let layout = SequenceLayout(lengths: [2, 3])
        let values = (0..<3).map { randomTensor([5, 2], key: $0) }
        let diagonals = randomTensor([1, 7], key: 5)
        let result = biasedAttention(
            query: Variable(values[0]), key: Variable(values[1]), value: Variable(values[2]),
            queryLayout: layout,
            keyLayout: layout, headCount: 1, diagonals: Variable(diagonals)
        ).value
        func element(_ input: Int, _ row: Int, _ column: Int) -> Double {
            Double(values[input][row * 2 + column])
        }
        for sequence in 0..<2 {
            let rows = Array(layout.rows(sequence))
            for i in rows {
                let weights = rows.map { j in
                    let product = element(0, i, 0) * element(1, j, 0) + element(0, i, 1) * element(1, j, 1)
                    return exp(product + Double(diagonals[3 + j - i]))
                }
                for column in 0..<2 {
                    let sum = zip(rows, weights).reduce(0) { $0 + $1.1 * element(2, $1.0, column) }
                    #expect(abs(Double(result[i * 2 + column]) - sum / weights.reduce(0, +)) < 1e-5)
                }
            }
        }
    }
}
