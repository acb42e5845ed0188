import TensorKernels
import Testing

@testable import DifferentiableTensors

/// An operation applied to inputs of certain shapes: a row of the table that finite differences check.
struct OperationCase: Sendable, CustomTestStringConvertible {
    /// The function's full name, as `DeclaredOperations` reads it from the source.
    let operation: String
    let variant: String
    let shapes: [[Int]]
    let tolerance: Double
    /// What the gradient is, as a multiple of the derivative: 1 but where an operation says otherwise.
    let gradientFactor: Double
    /// Moves random inputs to where the operation is smooth.
    let prepare: @Sendable ([Tensor]) -> Void
    let apply: @Sendable ([Variable]) -> Variable

    init(
        _ operation: String, variant: String = "", _ shapes: [[Int]], tolerance: Double = 2e-3,
        gradientFactor: Double = 1, prepare: @escaping @Sendable ([Tensor]) -> Void = { _ in },
        apply: @escaping @Sendable ([Variable]) -> Variable
    ) {
        self.operation = operation
        self.variant = variant
        self.shapes = shapes
        self.tolerance = tolerance
        self.gradientFactor = gradientFactor
        self.prepare = prepare
        self.apply = apply
    }

    var testDescription: String { "\(operation) \(variant) \(shapes)" }

    var isEmpty: Bool { shapes.contains { $0.contains(0) } }
    var hasOneElement: Bool { shapes.allSatisfy { $0.allSatisfy { $0 == 1 } } }
}

/// Where an input's elements lie.
///
/// Tensors are row-major without strides, so these are all the ways: a tensor of its own, or rows within a
/// larger one, which begin at an offset that no vector is aligned to and have neighbours that must not be
/// read or written. Products read matrices transposed in place: `linear` its weight, and the gradients of
/// `matrixProduct` and `linear` either factor; the table has all of them.
enum InputPlacement: CaseIterable {
    case whole
    case rowsOfLarger

    /// Random inputs for a case, and the tensors that they are rows of.
    func inputs(of operation: OperationCase) -> (inputs: [Tensor], larger: [Tensor]) {
        var inputs: [Tensor] = []
        var larger: [Tensor] = []
        for (index, shape) in operation.shapes.enumerated() {
            switch self {
            case .whole: inputs.append(randomTensor(shape, key: UInt64(index) + 1))
            case .rowsOfLarger:
                let whole = randomTensor([shape[0] + 3] + shape.dropFirst(), key: UInt64(index) + 1)
                larger.append(whole)
                inputs.append(whole.rows(1..<1 + shape[0]))
            }
        }
        operation.prepare(inputs)
        return (inputs, larger)
    }
}
