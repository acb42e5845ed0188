import DifferentiableTensors
import Foundation
import TensorKernels
import Testing

@testable import NeuralLayers

/// One encoder layer against BERT's in the transformers library, from Resources/make_reference.py.
@Suite struct TransformerEncoderLayerTests {
    struct Reference: Decodable {
        let lengths: [Int]
        let x: [Float]
        let output: [Float]
        let weights: [Float]
        let xGradient: [Float]
        let parameters: [String: [Float]]
        let gradients: [String: [Float]]
    }

    private func layer(dropout: Float = 0) -> TransformerEncoderLayer {
        TransformerEncoderLayer(
            "layer", hidden: 8, headCount: 2, intermediate: 12, dropoutProbability: dropout,
            attentionDropoutProbability: dropout)
    }

    @Test func agreesWithTransformers() throws {
        let url = try #require(Bundle.module.url(forResource: "Resources/reference", withExtension: "json"))
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
        let layer = layer()
        #expect(Set(layer.parameters.map(\.name)) == Set(reference.parameters.keys.map { "layer.\($0)" }))
        for (name, scalars) in reference.parameters {
            let parameter = try #require(layer.parameters.first { $0.name == "layer.\(name)" })
            parameter.value.assign(Tensor(scalars, shape: parameter.shape))
        }
        let layout = SequenceLayout(lengths: reference.lengths)
        let x = Variable(Tensor(reference.x, shape: [layout.tokenCount, 8]), requiresGradient: true)
        let context = ForwardContext.training(seed: 0, step: 0, microBatch: 0)
        let y = layer(x, layout: layout, context: context)
        expectClose(y.value.scalars, reference.output)
        y.backward(seed: Tensor(reference.weights, shape: y.shape))
        expectClose(try #require(x.gradient).scalars, reference.xGradient)
        for parameter in layer.parameters {
            let expected = try #require(reference.gradients[String(parameter.name.dropFirst("layer.".count))])
            expectClose(parameter.gradient.scalars, expected)
        }
    }

    @Test func evaluationBuildsNoGraphAndDropsNothing() {
        let layer = layer(dropout: 0.5)
        layer.initialize(key: RandomKey(seed: 1))
        let x = Variable(.filled(0.5, shape: [3, 8]))
        let layout = SequenceLayout(lengths: [3])
        let first = layer(x, layout: layout, context: .evaluation)
        let second = layer(x, layout: layout, context: .evaluation)
        #expect(!first.requiresGradient)
        #expect(first.value.isIdentical(to: second.value))
        let trained = layer(x, layout: layout, context: .training(seed: 1, step: 0, microBatch: 0))
        #expect(trained.requiresGradient && !trained.value.isIdentical(to: first.value))
    }

    private func expectClose(_ values: [Float], _ expected: [Float]) {
        #expect(values.count == expected.count)
        for (value, expected) in zip(values, expected) {
            #expect(abs(value - expected) <= 2e-5 * max(1, abs(expected)))
        }
    }
}
