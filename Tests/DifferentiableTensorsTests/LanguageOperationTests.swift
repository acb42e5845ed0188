import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Operations of GPT-2's kind of transformer; their gradients are in `OperationTable`.
@Suite struct LanguageOperationTests {
    /// Cutting a sequence's end off changes nothing before it; attention over all of it is the last row's.
    @Test func tokensDoNotSeeThoseBehindThem() {
        let projected = randomTensor([7, 24], key: 2)
        let whole = causalSelfAttention(
            Variable(projected), layout: SequenceLayout(lengths: [7]), headCount: 2
        ).value
        for length in 1...7 {
            let part = causalSelfAttention(
                Variable(projected.rows(0..<length)), layout: SequenceLayout(lengths: [length]), headCount: 2
            ).value
            for (a, b) in zip(part.scalars, whole.rows(0..<length).scalars) { #expect(abs(a - b) < 1e-6) }
        }
        // Columns of queries, keys and values by themselves.
        func part(_ index: Int) -> Variable {
            let scalars = projected.scalars
            return Variable(
                Tensor(
                    (0..<7).flatMap { scalars[$0 * 24 + index * 8..<$0 * 24 + index * 8 + 8] }, shape: [7, 8])
            )
        }
        let bidirectional = multiHeadAttention(
            query: part(0), key: part(1), value: part(2), layout: SequenceLayout(lengths: [7]), headCount: 2
        ).value
        for (a, b) in zip(bidirectional.rows(6..<7).scalars, whole.rows(6..<7).scalars) {
            #expect(abs(a - b) < 1e-6)
        }
    }

    @Test(arguments: [[1], [3, 1, 4], [2, 5]]) func lastTokens(_ lengths: [Int]) {
        let layout = SequenceLayout(lengths: lengths)
        let x = randomTensor([layout.tokenCount, 3], key: 1)
        let last = Variable(x).lastOfSequences(layout).value
        #expect(last.rows(0..<1).isIdentical(to: x.rows(lengths[0] - 1..<lengths[0])))
    }
}
