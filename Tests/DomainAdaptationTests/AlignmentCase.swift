import DifferentiableTensors
import DomainAdaptation
import Foundation
import TensorKernels
import Testing

/// A micro-batch and what PyTorch makes of it, from Resources/make_alignment_reference.py.
struct AlignmentCase: Decodable, CustomTestStringConvertible {
    let kind: String
    let progress: Float
    let width: Int
    let classes: Int
    let hidden: Int
    let sourceFeatures: [Float]
    let sourceLogits: [Float]
    let targetFeatures: [Float]
    let targetLogits: [Float]
    let parameters: [[Float]]
    let loss: Double
    let correct: Int
    let count: Int
    let sourceGradient: [Float]
    let targetGradient: [Float]
    let parameterGradients: [[Float]]

    static let all: [AlignmentCase] = committedReference("alignment-reference") ?? []

    var testDescription: String {
        "\(kind) of \(sourceFeatures.count / width) and \(targetFeatures.count / width) samples, width \(width)"
    }

    var source: AlignedFeatures { samples(sourceFeatures, sourceLogits) }
    var target: AlignedFeatures { samples(targetFeatures, targetLogits) }

    private func samples(_ features: [Float], _ logits: [Float]) -> AlignedFeatures {
        AlignedFeatures(
            features: Variable(
                Tensor(features, shape: [features.count / width, width]), requiresGradient: true),
            logits: Variable(
                Tensor(logits, shape: [logits.count / classes, classes]), requiresGradient: true))
    }

    /// The alignment, with the reference's parameters.
    func alignment() -> any FeatureAlignment {
        guard let conditioning = AdversarialAlignment.Conditioning(rawValue: kind) else {
            return kind == "correlation" ? CorrelationAlignment() : MeanDiscrepancy()
        }
        let alignment = AdversarialAlignment(
            conditioning: conditioning, width: width, classCount: classes, hidden: hidden, seed: 1)
        for (parameter, values) in zip(alignment.parameters, parameters) {
            parameter.setValue { $0.assign(Tensor(values, shape: parameter.shape)) }
        }
        return alignment
    }
}

/// What a file in Resources holds; `nil` where it is not there or of another form, so that tests miss it.
func committedReference<Value: Decodable>(_ name: String) -> Value? {
    let url = Bundle.module.url(forResource: "Resources/\(name)", withExtension: "json")
    return url.flatMap { try? Data(contentsOf: $0) }.flatMap {
        try? JSONDecoder().decode(Value.self, from: $0)
    }
}

/// Compares numbers, each to within a share of the largest expected.
func expectClose(
    _ values: [Float], _ expected: [Float], tolerance: Float = 2e-5,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(values.count == expected.count, sourceLocation: sourceLocation)
    let scale = expected.map(abs).max() ?? 0
    for (index, (value, expected)) in zip(values, expected).enumerated() {
        #expect(
            abs(value - expected) <= tolerance * scale + 1e-8, "element \(index)",
            sourceLocation: sourceLocation)
    }
}

/// Random numbers that a key decides.
func randomTensor(_ shape: [Int], key: UInt64) -> Tensor {
    let tensor = Tensor(uninitialized: shape)
    tensor.fillNormal(standardDeviation: 1, key: key)
    return tensor
}
