import DifferentiableTensors
import TensorKernels

/// x · weightᵀ + bias: parameters `<name>.weight` [outputs, inputs] and `<name>.bias` [outputs].
public final class Linear: Module {
    public let weight: Parameter
    public let bias: Parameter?

    /// Starts with zeros: load or `initialize` it.
    public init(_ name: String, inputs: Int, outputs: Int, hasBias: Bool = true) {
        weight = Parameter("\(name).weight", shape: [outputs, inputs])
        bias = hasBias ? Parameter("\(name).bias", shape: [outputs]) : nil
    }

    /// Over parameters made elsewhere, loaded ones for instance.
    public init(weight: Parameter, bias: Parameter?) {
        self.weight = weight
        self.bias = bias
    }

    public var ownParameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

    /// - Parameters:
    ///   - x: [rows, inputs].
    ///   - activation: computed in the same pass as the bias.
    /// - Returns: [rows, outputs].
    public func callAsFunction(
        _ x: Variable, activation: Activation? = nil, context: ForwardContext
    ) -> Variable {
        linear(
            x, weight: context.variable(weight), bias: bias.map(context.variable), activation: activation)
    }

    /// Weights from a normal distribution, bias zero.
    public func initialize(standardDeviation: Float, key: RandomKey) {
        weight.setValue {
            $0.fillNormal(standardDeviation: standardDeviation, key: key.derived(weight.name).bits)
        }
        bias?.value.fill(0)
    }
}
