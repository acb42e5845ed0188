import DifferentiableTensors
import TensorKernels

/// x · weightᵀ + bias: parameters `<name>.weight` [outputs, inputs] and `<name>.bias` [outputs].
public final class Linear: AdaptableProjection {
    public let weight: Parameter
    public let bias: Parameter?
    public var adapter: LowRankAdapter?

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
    public var inputCount: Int { weight.shape[1] }
    public var outputCount: Int { weight.shape[0] }

    public func add(toWeight difference: Tensor) { weight.value.addInPlace(difference) }

    /// - Parameters:
    ///   - x: [rows, inputs].
    ///   - activation: computed in the same pass as the bias.
    /// - Returns: [rows, outputs].
    public func callAsFunction(
        _ x: Variable, activation: Activation? = nil, context: ForwardContext
    ) -> Variable {
        adapted(x, activation: activation, context: context) {
            if let packed = context.packedWeight(weight) {
                return linear(x, packed: packed, bias: bias?.value, activation: $0)
            }
            return linear(
                x, weight: context.variable(weight), bias: bias.map(context.variable), activation: $0)
        }
    }

    /// Weights from a normal distribution, bias zero.
    public func initialize(standardDeviation: Float, key: RandomKey) {
        weight.setValue {
            $0.fillNormal(standardDeviation: standardDeviation, key: key.derived(weight.name).bits)
        }
        bias?.value.fill(0)
    }
}
