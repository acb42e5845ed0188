import Foundation
import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Operations of T5's kind of transformer against their definitions.
@Suite struct EncoderDecoderOperationTests {
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
