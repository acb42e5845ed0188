import Foundation
import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Operations on images against PyTorch's, from Resources/make_image_reference.py.
@Suite struct ImageReferenceTests {
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
    }

    @Test(arguments: [
        "convolution", "strided-groups", "depthwise", "pointwise", "batch-normalization", "maximum-pooling",
        "average-pooling", "relu6",
    ]) func agreesWithPyTorch(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: "Resources/image-reference", withExtension: "json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        let reference = try #require(cases.first { $0.name == name })
        let inputs = reference.inputs.mapValues {
            Variable(Tensor($0.scalars, shape: $0.shape), requiresGradient: true)
        }
        let output = try result(of: name, inputs)
        expectClose(output.value.scalars, reference.output)
        output.backward(seed: Tensor(reference.weights, shape: output.shape))
        for (key, expected) in reference.gradients {
            expectClose(try #require(inputs[key]?.gradient).scalars, expected)
        }
    }

    private func result(of name: String, _ inputs: [String: Variable]) throws -> Variable {
        let x = try #require(inputs["x"])
        let windows = ImageWindows(3, 3, stride: 2, padding: 1)
        switch name {
        case "maximum-pooling": return x.maximumPooled(windows)
        case "average-pooling": return x.averagePooled(windows)
        case "relu6": return x.rectified(by: .relu6)
        case "batch-normalization":
            let (scale, shift) = (try #require(inputs["scale"]), try #require(inputs["shift"]))
            return batchNormalization(x, scale: scale, shift: shift, epsilon: 1e-5).result
        default:
            let weight = try #require(inputs["weight"])
            let shape = ConvolutionShape(
                inputs: x.shape[3], outputs: weight.shape[0], kernelHeight: weight.shape[2],
                kernelWidth: weight.shape[3], stride: name == "convolution" ? 1 : 2,
                padding: name == "pointwise" ? 0 : 1, groups: x.shape[3] / weight.shape[1])
            return convolution(x, weight: weight, bias: inputs["bias"], shape: shape)
        }
    }

    private func expectClose(_ found: [Float], _ expected: [Float]) {
        #expect(found.count == expected.count)
        let scale = max(1, expected.map(abs).max() ?? 0)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 2e-6 * scale) }
    }
}
