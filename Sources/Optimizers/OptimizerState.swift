import DifferentiableTensors
import TensorKernels

/// An optimizer's tensors of one kind, such as first moments: one a parameter, zeros at first.
struct OptimizerState {
    private let prefix: String
    private var tensors: [String: Tensor] = [:]

    /// - Parameter kind: first part of the tensors' names, "adamw.first_moment".
    init(kind: String, parameters: [Parameter]) {
        prefix = kind + "."
        for parameter in parameters { tensors[parameter.name] = .zeros(parameter.shape) }
    }

    subscript(parameter: Parameter) -> Tensor {
        guard let tensor = tensors[parameter.name] else {
            preconditionFailure("\(parameter.name) was not among the optimizer's parameters")
        }
        return tensor
    }

    /// In the order of `parameters`.
    func exported(_ parameters: [Parameter]) -> [(name: String, tensor: Tensor)] {
        parameters.map { (prefix + $0.name, self[$0]) }
    }

    func restore(_ saved: [String: Tensor], _ parameters: [Parameter]) throws {
        for parameter in parameters {
            let name = prefix + parameter.name
            let source = try Self.tensor(name, shape: parameter.shape, in: saved)
            self[parameter].assign(source)
        }
    }

    static func tensor(_ name: String, shape: [Int], in saved: [String: Tensor]) throws -> Tensor {
        guard let tensor = saved[name] else {
            throw OptimizersError(
                .missingState,
                "optimizer state '\(name)' is missing: the checkpoint is of another optimizer "
                    + "or other trainable parameters", tensor: name)
        }
        guard tensor.shape == shape else {
            throw OptimizersError(
                .shapeMismatch,
                "optimizer state '\(name)' has shape \(tensor.shape), its parameter needs \(shape)",
                tensor: name)
        }
        return tensor
    }
}
