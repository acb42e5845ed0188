import TensorKernels
import Testing

@testable import DifferentiableTensors

@Suite struct BackwardPassTests {
    private func leaf(_ scalars: [Float]) -> Variable {
        Variable(Tensor(scalars, shape: [scalars.count]), requiresGradient: true)
    }

    @Test func frozenInputsBuildNoGraph() {
        let x = Variable(randomTensor([3, 4], key: 1))
        let y = linear(x, weight: Variable(randomTensor([2, 4], key: 2)), activation: .gelu)
        #expect(!y.requiresGradient)
        y.sum().backward()
        #expect(x.gradient == nil && y.gradient == nil)
    }

    @Test func aVariableUsedTwiceGetsBothShares() {
        let x = leaf([1, 2])
        let y = x + x
        (y * x).sum().backward()
        #expect(x.gradient?.scalars == [4, 8])
    }

    @Test func sharedGradientsAreNotOverwritten() {
        // The sum hands one gradient tensor to both of its inputs; a then gets more, b must not.
        let (a, b) = (leaf([1]), leaf([1]))
        ((a + b) + a.scaled(by: 10)).sum().backward()
        #expect(a.gradient?.scalars == [11])
        #expect(b.gradient?.scalars == [1])
    }

    @Test func gradientsOfLeavesAddUpOverPasses() {
        let x = leaf([3])
        x.scaled(by: 2).backward()
        x.scaled(by: 5).backward()
        #expect(x.gradient?.scalars == [7])
        x.clearGradient()
        #expect(x.gradient == nil)
    }

    @Test func severalLossesOverOneGraph() {
        let x = leaf([1, 2])
        let shared = x * x
        let first = shared.sum()
        let second = shared.scaled(by: 3).sum()
        first.backward(keepingGraph: true)
        second.backward()
        #expect(x.gradient?.scalars == [8, 16])
    }

    @Test func intermediateGradientsAreKeptOnRequest() {
        let x = leaf([2])
        let (y, z) = (x.scaled(by: 3), x.scaled(by: 4))
        y.retainsGradient = true
        (y * z).backward()
        #expect(y.gradient?.scalars == [8])
        #expect(z.gradient == nil)
    }

    @Test func aBranchWithoutLossGetsNothing() {
        let x = leaf([1])
        _ = x.scaled(by: 100)
        x.scaled(by: 2).backward()
        #expect(x.gradient?.scalars == [2])
        #expect(!x.detached().requiresGradient)
    }

    @Test func operationsCanBeWrittenOutsideTheModule() {
        func cube(_ x: Variable) -> Variable {
            let value = x.value
            let square = value.multiplied(by: value)
            return Variable(square.multiplied(by: value), inputs: [x]) {
                [$0.multiplied(by: square).scaled(by: 3)]
            }
        }
        expectGradientsMatch([randomTensor([5], key: 1)], tolerance: 5e-3) { cube($0[0]) }
    }

    @Test func aReversedBranchOpposesTheOther() {
        // As in domain-adversarial training: one loss goes down, the other up.
        let x = leaf([1, -1])
        let task = x.scaled(by: 3).sum()
        let domain = x.reversingGradient(lambda: 2).scaled(by: 1).sum()
        (task + domain).backward()
        #expect(x.gradient?.scalars == [1, 1])
    }

    @Test func warmStepsTakeNoMemory() {
        let weight = Parameter("weight", randomTensor([32, 32], key: 1))
        func step() {
            var x = Variable(randomTensor([50, 32], key: 2))
            for _ in 0..<4 { x = linear(x, weight: weight.variable, activation: .gelu) }
            weight.clearGradient()
            x.sum().backward()
        }
        step()
        // Other tests share the pool: their blocks may come and go, but a hundred steps would show.
        let before = StoragePool.shared.statistics
        for _ in 0..<100 { step() }
        let after = StoragePool.shared.statistics
        #expect(after.reuses - before.reuses > 1000)
        #expect(after.systemAllocations - before.systemAllocations < 1000)
    }

    @Test func equalPassesGiveEqualBits() {
        func gradient() -> Tensor {
            let x = Variable(randomTensor([30, 16], key: 1), requiresGradient: true)
            let layout = SequenceLayout(lengths: [10, 20])
            let y = multiHeadAttention(query: x, key: x, value: x, layout: layout, headCount: 4) + x
            layerNormalization(y.gelu() + x, residual: x, epsilon: 1e-5).dropout(
                probability: 0.1, key: RandomKey(seed: 1)
            ).backward(seed: randomTensor([30, 16], key: 2))
            return x.gradient ?? .zeros([0])
        }
        #expect(gradient().isIdentical(to: gradient()))
    }
}
