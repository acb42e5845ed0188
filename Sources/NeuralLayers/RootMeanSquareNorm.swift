import DifferentiableTensors
import TensorKernels

/// Root-mean-square normalisation over the last dimension: parameter `<name>.weight` [columns], no shift.
public final class RootMeanSquareNorm: Module {
    public let weight: Parameter
    public let epsilon: Float

    /// Starts as the plain normalisation: weight ones.
    public init(_ name: String, columns: Int, epsilon: Float) {
        weight = Parameter("\(name).weight", shape: [columns], initialValue: 1)
        self.epsilon = epsilon
    }

    public var ownParameters: [Parameter] { [weight] }

    public func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        rootMeanSquareNormalization(x, scale: context.variable(weight), epsilon: epsilon)
    }
}
