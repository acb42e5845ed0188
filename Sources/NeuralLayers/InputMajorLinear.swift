import DifferentiableTensors
import TensorKernels

/// x · weight + bias: parameters `<name>.weight` [inputs, outputs], the transpose of `Linear`'s, and
/// `<name>.bias` [outputs]. What GPT-2's checkpoints call a convolution.
public final class InputMajorLinear: Module {
    public let weight: Parameter
    public let bias: Parameter

    /// Starts with zeros: load or `initialize` it.
    public init(_ name: String, inputs: Int, outputs: Int) {
        weight = Parameter("\(name).weight", shape: [inputs, outputs])
        bias = Parameter("\(name).bias", shape: [outputs])
    }

    public var ownParameters: [Parameter] { [weight, bias] }

    /// - Parameter x: [rows, inputs].
    /// - Returns: [rows, outputs].
    public func callAsFunction(
        _ x: Variable, activation: Activation? = nil, context: ForwardContext
    ) -> Variable {
        linear(
            x, inputMajorWeight: context.variable(weight), bias: context.variable(bias),
            activation: activation)
    }

    /// Weights from a normal distribution, bias zero.
    public func initialize(standardDeviation: Float, key: RandomKey) {
        weight.setValue {
            $0.fillNormal(standardDeviation: standardDeviation, key: key.derived(weight.name).bits)
        }
        bias.value.fill(0)
    }
}
