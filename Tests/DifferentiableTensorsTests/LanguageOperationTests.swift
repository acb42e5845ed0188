import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Operations of GPT-2's kind of transformer, by finite differences.
@Suite struct LanguageOperationTests {
    @Test(arguments: [[1], [3, 1, 4], [2, 0, 19], []]) func causalAttention(_ lengths: [Int]) {
        let layout = SequenceLayout(lengths: lengths)
        let projected = randomTensor([layout.tokenCount, 18], key: 1)
        for dropout in [nil, (probability: Float(0.3), key: RandomKey(seed: 4))] {
            expectGradientsMatch([projected]) {
                causalSelfAttention($0[0], layout: layout, headCount: 2, dropout: dropout)
            }
        }
    }

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

    struct Product { let m: Int, n: Int, k: Int }

    @Test(arguments: [
        Product(m: 1, n: 1, k: 1), Product(m: 3, n: 2, k: 4), Product(m: 17, n: 9, k: 5),
        Product(m: 0, n: 2, k: 3),
    ]) func inputMajorProducts(_ size: Product) {
        let x = randomTensor([size.m, size.k], key: 1)
        let weight = randomTensor([size.k, size.n], key: 2)
        let bias = randomTensor([size.n], key: 3)
        expectGradientsMatch([x, weight]) { linear($0[0], inputMajorWeight: $0[1]) }
        for activation in [nil, Activation.geluTanh, .gelu, .tanh] {
            expectGradientsMatch([x, weight, bias], tolerance: 4e-3) {
                linear($0[0], inputMajorWeight: $0[1], bias: $0[2], activation: activation)
            }
        }
    }

    @Test(arguments: [[1], [3, 1, 4], [2, 5]]) func lastTokens(_ lengths: [Int]) {
        let layout = SequenceLayout(lengths: lengths)
        let x = randomTensor([layout.tokenCount, 3], key: 1)
        expectGradientsMatch([x]) { $0[0].lastOfSequences(layout) }
        let last = Variable(x).lastOfSequences(layout).value
        #expect(last.rows(0..<1).isIdentical(to: x.rows(lengths[0] - 1..<lengths[0])))
    }
}
