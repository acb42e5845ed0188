import DifferentiableTensors
import TensorKernels

/// Layer normalisation over the last dimension: parameters `<name>.weight` and `<name>.bias`, both [columns].
public final class LayerNorm: Module {
    public let weight: Parameter
    public let bias: Parameter
    public let epsilon: Float

    /// Starts as the plain normalisation: weight ones, bias zeros.
    public init(_ name: String, columns: Int, epsilon: Float = 1e-12) {
        weight = Parameter("\(name).weight", shape: [columns], initialValue: 1)
        bias = Parameter("\(name).bias", shape: [columns])
        self.epsilon = epsilon
    }

    /// Over parameters made elsewhere.
    public init(weight: Parameter, bias: Parameter, epsilon: Float) {
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }

    public var ownParameters: [Parameter] { [weight, bias] }

    /// Normalises `x`, or `x + residual` in one pass.
    public func callAsFunction(
        _ x: Variable, residual: Variable? = nil, context: ForwardContext
    ) -> Variable {
        layerNormalization(
            x, residual: residual, scale: context.variable(weight), shift: context.variable(bias),
            epsilon: epsilon)
    }
}
