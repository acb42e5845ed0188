import Foundation
import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Operations against PyTorch's, from Resources/make_reference.py.
@Suite struct ReferenceTests {
    struct Case: Decodable {
        struct Input: Decodable {
            let shape: [Int]
            let scalars: [Float]
        }
        let name: String
        let inputs: [String: Input]
        let output: [Float]
        let weights: [Float]
        let gradients: [String: [Float]]
        let labels: [Int]?
        let lengths: [Int]?
        let heads: Int?
    }

    @Test(arguments: ["gelu", "layer-normalization", "cross-entropy", "attention"])
    func agreesWithPyTorch(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: "Resources/reference", withExtension: "json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        let reference = try #require(cases.first { $0.name == name })
        let inputs = reference.inputs.mapValues {
            Variable(Tensor($0.scalars, shape: $0.shape), requiresGradient: true)
        }
        func input(_ name: String) throws -> Variable { try #require(inputs[name]) }
        let output: Variable
        switch name {
        case "gelu": output = try input("x").gelu()
        case "layer-normalization":
            output = try layerNormalization(
                input("x"), residual: input("residual"), scale: input("scale"), shift: input("shift"),
                epsilon: 1e-5)
        case "cross-entropy":
            output = try crossEntropy(input("logits"), labels: #require(reference.labels), weight: 0.25)
        default:
            output = try multiHeadAttention(
                query: input("query"), key: input("key"), value: input("value"),
                layout: SequenceLayout(lengths: #require(reference.lengths)),
                headCount: #require(reference.heads))
        }
        expectClose(output.value.scalars, reference.output)
        output.backward(seed: Tensor(reference.weights, shape: output.shape))
        for (name, expected) in reference.gradients {
            expectClose(try #require(input(name).gradient).scalars, expected)
        }
    }

    private func expectClose(_ values: [Float], _ expected: [Float]) {
        #expect(values.count == expected.count)
        for (value, expected) in zip(values, expected) {
            #expect(abs(value - expected) <= 3e-6 * max(1, abs(expected)))
        }
    }
}
