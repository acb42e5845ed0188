import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Every operation's gradient by finite differences.
@Suite struct OperationGradientTests {
    static let shapes = [[1, 1], [3, 4], [5, 17], [0, 3]]

    @Test(arguments: shapes) func arithmetic(_ shape: [Int]) {
        let (a, b) = (randomTensor(shape, key: 1), randomTensor(shape, key: 2))
        expectGradientsMatch([a, b]) { $0[0] + $0[1] }
        expectGradientsMatch([a, b]) { $0[0] - $0[1] }
        expectGradientsMatch([a, b]) { $0[0] * $0[1] }
        expectGradientsMatch([a]) { $0[0].scaled(by: -1.5) }
        expectGradientsMatch([a, randomTensor([shape[1]], key: 3)]) { $0[0] + $0[1] }
    }

    @Test(arguments: shapes) func activations(_ shape: [Int]) {
        let x = randomTensor(shape, key: 1)
        // Finite differences are wrong across relu's corner.
        for element in 0..<x.count where abs(x[element]) < 0.05 { x[element] = 0.1 }
        for activation in Activation.allCases { expectGradientsMatch([x]) { $0[0].activated(activation) } }
        expectGradientsMatch([x]) { $0[0].softmax() }
    }

    struct Product { let m: Int, n: Int, k: Int }

    @Test(arguments: [
        Product(m: 1, n: 1, k: 1), Product(m: 3, n: 2, k: 4), Product(m: 17, n: 9, k: 5),
        Product(m: 0, n: 2, k: 3),
    ]) func products(_ size: Product) {
        let a = randomTensor([size.m, size.k], key: 1)
        let weight = randomTensor([size.n, size.k], key: 2)
        expectGradientsMatch([a, randomTensor([size.k, size.n], key: 2)]) { matrixProduct($0[0], $0[1]) }
        expectGradientsMatch([a, weight]) { linear($0[0], weight: $0[1]) }
        for activation in [nil, Activation.gelu, .tanh] {
            expectGradientsMatch([a, weight, randomTensor([size.n], key: 3)], tolerance: 4e-3) {
                linear($0[0], weight: $0[1], bias: $0[2], activation: activation)
            }
        }
        expectGradientsMatch([a, weight]) { linear($0[0], weight: $0[1], activation: .tanh) }
    }

    @Test(arguments: [[3, 4], [2, 17], [0, 3]]) func layerNormalizations(_ shape: [Int]) {
        let x = randomTensor(shape, key: 1)
        let residual = randomTensor(shape, key: 2)
        let (scale, shift) = (randomTensor([shape[1]], key: 3), randomTensor([shape[1]], key: 4))
        expectGradientsMatch([x]) { layerNormalization($0[0], epsilon: 1e-5) }
        expectGradientsMatch([x, residual, scale, shift]) {
            layerNormalization($0[0], residual: $0[1], scale: $0[2], shift: $0[3], epsilon: 1e-5)
        }
    }

    @Test(arguments: [[1], [3, 1, 4], [2, 0, 19], []]) func attention(_ lengths: [Int]) {
        let layout = SequenceLayout(lengths: lengths)
        let inputs = (1...3).map { randomTensor([layout.tokenCount, 6], key: $0) }
        let key = RandomKey(seed: 4)
        for dropout in [nil, (probability: Float(0.3), key: key)] {
            expectGradientsMatch(inputs) {
                multiHeadAttention(
                    query: $0[0], key: $0[1], value: $0[2], layout: layout, headCount: 2, dropout: dropout)
            }
        }
        // The same variable three times.
        expectGradientsMatch([inputs[0]]) {
            multiHeadAttention(query: $0[0], key: $0[0], value: $0[0], layout: layout, headCount: 3)
        }
    }

    @Test(arguments: [[1], [3, 1, 4], [2, 5]]) func pooling(_ lengths: [Int]) {
        let layout = SequenceLayout(lengths: lengths)
        let x = randomTensor([layout.tokenCount, 3], key: 1)
        expectGradientsMatch([x]) { $0[0].meanOverSequences(layout) }
        expectGradientsMatch([x]) { $0[0].firstOfSequences(layout) }
    }

    @Test func poolingGivesAnEmptySequenceZeros() {
        let layout = SequenceLayout(lengths: [0, 2])
        expectGradientsMatch([randomTensor([2, 3], key: 1)]) { $0[0].meanOverSequences(layout) }
    }

    @Test func rowStructure() {
        let (a, b) = (randomTensor([4, 3], key: 1), randomTensor([2, 3], key: 2))
        expectGradientsMatch([a]) { $0[0].reshaped([2, 6]) }
        expectGradientsMatch([a]) { $0[0].rows(1..<3) }
        expectGradientsMatch([a]) { $0[0].rows(2..<2) }
        expectGradientsMatch([a]) { $0[0].rows(0..<2) * $0[0].rows(1..<3) }
        expectGradientsMatch([a, b]) { .concatenatingRows([$0[0], $0[1], $0[0]]) }
        expectGradientsMatch([a]) { $0[0].gatheredRows([3, 0, 3]) }
        expectGradientsMatch([a]) { embeddingLookup($0[0], indices: []) }
    }

    @Test(arguments: [[1, 1], [4, 3], [2, 20], [0, 3]]) func losses(_ shape: [Int]) {
        let logits = randomTensor(shape, key: 1)
        let labels = (0..<shape[0]).map { $0 * 5 % shape[1] }
        expectGradientsMatch([logits]) { crossEntropy($0[0], labels: labels, weight: 0.5) }
        let targets = Tensor(randomTensor(shape, key: 2).scalars.map(abs), shape: shape)
        expectGradientsMatch([logits]) { crossEntropy($0[0], targets: targets, weight: 0.5) }
        expectGradientsMatch([logits]) { $0[0].sum() }
    }

    @Test func means() {
        expectGradientsMatch([randomTensor([3, 4], key: 1)]) { $0[0].mean() }
    }

    @Test func dropout() {
        let key = RandomKey(seed: 3)
        expectGradientsMatch([randomTensor([5, 7], key: 1)]) { $0[0].dropout(probability: 0.4, key: key) }
        let x = Variable(randomTensor([3], key: 1), requiresGradient: true)
        #expect(x.dropout(probability: 0, key: key) === x)
    }

    @Test func gradientReversalTurnsTheGradientAround() {
        let x = Variable(randomTensor([3, 2], key: 1), requiresGradient: true)
        let reversed = x.reversingGradient(lambda: 0.5)
        #expect(reversed.value.isIdentical(to: x.value))
        reversed.backward(seed: .filled(2, shape: [3, 2]))
        #expect(x.gradient?.scalars == Array(repeating: -1, count: 6))
    }
}
