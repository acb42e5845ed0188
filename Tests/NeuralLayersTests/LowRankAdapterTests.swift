import DifferentiableTensors
import NeuralLayers
import TensorKernels
import Testing

@Suite struct LowRankAdapterTests {
    private func random(_ shape: [Int], _ key: UInt64) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fillNormal(standardDeviation: 1, key: key)
        return tensor
    }

    private func map(_ kind: String) -> any AdaptableProjection {
        if kind == "linear" {
            let map = Linear("map", inputs: 5, outputs: 4)
            map.initialize(standardDeviation: 1, key: RandomKey(seed: 1))
            return map
        }
        let map = InputMajorLinear("map", inputs: 5, outputs: 4)
        map.initialize(standardDeviation: 1, key: RandomKey(seed: 1))
        return map
    }

    private func call(
        _ map: any AdaptableProjection, _ x: Variable, _ activation: Activation?, _ context: ForwardContext
    ) -> Variable {
        (map as? Linear)?(x, activation: activation, context: context)
            ?? (map as? InputMajorLinear)?(x, activation: activation, context: context) ?? x
    }

    private func adapter(rank: Int = 2, dropout: Float = 0) -> LowRankAdapter {
        let adapter = LowRankAdapter(
            "map", inputs: 5, outputs: 4, rank: rank, alpha: 3, dropout: dropout)
        adapter.initialize(key: RandomKey(seed: 2))
        adapter.up.value.fillNormal(standardDeviation: 1, key: 3)
        return adapter
    }

    @Test(arguments: ["linear", "input-major"], [nil, Activation.gelu, .tanh])
    func mergedWeightsComputeTheSame(kind: String, activation: Activation?) throws {
        let map = map(kind)
        let x = Variable(random([3, 5], 4))
        let bare = call(map, x, activation, .evaluation).value
        let weight = map.weight.value.copy()
        map.adapter = adapter()
        let adapted = call(map, x, activation, .evaluation).value
        let holder = Holder(map)
        let merged = holder.withMergedAdapters {
            #expect(map.adapter == nil && map.parameters.count == 2)
            return call(map, x, activation, .evaluation).value
        }
        for (a, b) in zip(adapted.scalars, merged.scalars) { #expect(abs(a - b) < 1e-5) }
        #expect(zip(adapted.scalars, bare.scalars).contains { abs($0 - $1) > 0.1 })
        #expect(map.adapter != nil)
        #expect(map.weight.value.isIdentical(to: weight))
    }

    /// A new adapter changes nothing, and A is bounded as PEFT's is.
    @Test func aNewAdapterAddsNothing() {
        let adapter = LowRankAdapter("map", inputs: 16, outputs: 4, rank: 3, alpha: 6)
        adapter.initialize(key: RandomKey(seed: 2))
        #expect(adapter.parameters.map(\.name) == ["map.lora_A.weight", "map.lora_B.weight"])
        #expect(adapter.parameters.map(\.shape) == [[3, 16], [4, 3]])
        #expect(adapter.scale == 2)
        #expect(adapter.down.value.maximumMagnitude() <= 0.25 && adapter.down.value.maximumMagnitude() > 0.15)
        #expect(adapter.weightDifference().scalars.allSatisfy { $0 == 0 })
        #expect(adapter(Variable(random([2, 16], 1)), context: .evaluation).value.maximumMagnitude() == 0)
    }

    /// Central differences of the sum of the results, by each element of A and B.
    @Test(arguments: ["linear", "input-major"]) func gradientsAreThoseOfTheDefinition(kind: String) {
        let map = map(kind)
        map.setTrainable(false)
        let adapter = adapter()
        map.adapter = adapter
        let (x, seed) = (random([3, 5], 4), random([3, 4], 5))
        func loss() -> Double {
            let value = call(map, Variable(x), .gelu, .evaluation).value.multiplied(by: seed)
            return value.scalars.reduce(0) { $0 + Double($1) }
        }
        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        call(map, Variable(x), .gelu, context).backward(seed: seed)
        #expect(map.trainableParameters.map(\.name) == ["map.lora_A.weight", "map.lora_B.weight"])
        for parameter in adapter.parameters {
            for element in 0..<parameter.count {
                let original = parameter.value[element]
                parameter.value[element] = original + 1 / 64
                let above = loss()
                parameter.value[element] = original - 1 / 64
                let below = loss()
                parameter.value[element] = original
                let expected = (above - below) * 32
                #expect(abs(Double(parameter.gradient[element]) - expected) <= 5e-3 * max(1, abs(expected)))
            }
        }
    }

    @Test func dropoutGoesByTheKey() {
        let adapter = adapter(dropout: 0.5)
        let x = Variable(random([3, 5], 4))
        func result(microBatch: Int) -> Tensor {
            adapter(x, context: .training(seed: 1, step: 0, microBatch: microBatch)).value
        }
        #expect(result(microBatch: 0).isIdentical(to: result(microBatch: 0)))
        #expect(!result(microBatch: 0).isIdentical(to: result(microBatch: 1)))
    }

    private final class Holder: Module {
        let map: any AdaptableProjection
        init(_ map: any AdaptableProjection) { self.map = map }
        var children: [any Module] { [map] }
    }
}
