import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Random numbers that a key decides.
func randomTensor(_ shape: [Int], key: UInt64) -> Tensor {
    let tensor = Tensor(uninitialized: shape)
    tensor.fillNormal(standardDeviation: 1, key: key)
    return tensor
}

/// Compares the gradients of sum(operation(inputs) · random weights) with central differences, times
/// `gradientFactor`.
func expectGradientsMatch(
    _ inputs: [Tensor], tolerance: Double = 2e-3, gradientFactor: Double = 1,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: ([Variable]) -> Variable
) {
    let variables = inputs.map { Variable($0, requiresGradient: true) }
    let output = operation(variables)
    let weights = randomTensor(output.shape, key: 77)
    output.backward(seed: weights)

    func loss() -> Double {
        let value = operation(inputs.map { Variable($0) }).value
        return zip(value.scalars, weights.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let step: Float = 1 / 64
    for (index, input) in inputs.enumerated() {
        let gradient = variables[index].gradient ?? .zeros(input.shape)
        #expect(gradient.shape == input.shape, sourceLocation: sourceLocation)
        for element in 0..<input.count {
            let original = input[element]
            input[element] = original + step
            let above = loss()
            input[element] = original - step
            let below = loss()
            input[element] = original
            let expected = gradientFactor * (above - below) / Double(2 * step)
            #expect(
                abs(Double(gradient[element]) - expected) <= tolerance * max(1, abs(expected)),
                "input \(index), element \(element)", sourceLocation: sourceLocation)
        }
    }
}
