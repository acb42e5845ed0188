import DifferentiableTensors
import TensorKernels
import Testing

@testable import NeuralLayers

@Suite struct ModuleTests {
    private func modules() -> [any Module] {
        [
            Linear("l", inputs: 3, outputs: 2), Linear("l", inputs: 3, outputs: 2, hasBias: false),
            Embedding("e", entries: 4, columns: 2), LayerNorm("n", columns: 3), Dropout(probability: 0.1),
            MultiHeadSelfAttention("a", hidden: 4, headCount: 2, dropoutProbability: 0),
            TransformerEncoderLayer("t", hidden: 4, headCount: 2, intermediate: 8),
        ]
    }

    /// A stored parameter, buffer or module that the lists leave out would never be trained or saved.
    @Test func listsLeaveNothingOut() {
        for module in modules() {
            for (label, value) in Mirror(reflecting: module).children {
                let listed =
                    switch value {
                    case let parameter as Parameter: module.ownParameters.contains { $0 === parameter }
                    case let buffer as Buffer: module.ownBuffers.contains { $0 === buffer }
                    case let child as any Module: module.children.contains { $0 === child }
                    default: true
                    }
                #expect(listed, "\(type(of: module)).\(label ?? "?") is not listed")
            }
            let names = module.parameters.map(\.name)
            #expect(Set(names).count == names.count)
        }
    }

    @Test func freezingGoesByWholeComponents() throws {
        let layer = TransformerEncoderLayer("layer.1", hidden: 4, headCount: 2, intermediate: 8)
        layer.setTrainable(false)
        #expect(layer.trainableParameters.isEmpty)
        try layer.setTrainable(true, path: "layer.1.output")
        #expect(
            layer.trainableParameters.map(\.name) == [
                "layer.1.output.dense.weight", "layer.1.output.dense.bias", "layer.1.output.LayerNorm.weight",
                "layer.1.output.LayerNorm.bias",
            ])
        #expect { try layer.setTrainable(true, path: "layer.1.out") } throws: { error in
            let error = error as? NeuralLayersError
            return error?.code == .unknownPath && error?.path == "layer.1.out"
        }
    }

    @Test func initialValuesDependOnTheNameAlone() {
        let (a, b) = (Linear("x", inputs: 5, outputs: 4), Linear("x", inputs: 5, outputs: 4))
        let other = Linear("y", inputs: 5, outputs: 4)
        for linear in [a, other, b] { linear.initialize(standardDeviation: 0.02, key: RandomKey(seed: 9)) }
        #expect(a.weight.value.isIdentical(to: b.weight.value))
        #expect(!a.weight.value.isIdentical(to: other.weight.value))
    }

    @Test func embeddingLooksRowsUp() {
        let embedding = Embedding("e", entries: 3, columns: 2)
        embedding.weight.value.assign(Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]))
        #expect(embedding([2, 0], context: .evaluation).value.scalars == [5, 6, 1, 2])
    }
}
