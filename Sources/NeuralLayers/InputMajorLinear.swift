import DifferentiableTensors
import TensorKernels

/// x · weight + bias: parameters `<name>.weight` [inputs, outputs], the transpose of `Linear`'s, and
/// `<name>.bias` [outputs]. What GPT-2's checkpoints call a convolution.
public final class InputMajorLinear: AdaptableProjection {
    public let weight: Parameter
    public let bias: Parameter
    public var adapter: LowRankAdapter?

    /// Starts with zeros: load or `initialize` it.
    public init(_ name: String, inputs: Int, outputs: Int) {
        weight = Parameter("\(name).weight", shape: [inputs, outputs])
        bias = Parameter("\(name).bias", shape: [outputs])
    }

    public var ownParameters: [Parameter] { [weight, bias] }
    public var inputCount: Int { weight.shape[0] }
    public var outputCount: Int { weight.shape[1] }

    public func add(toWeight difference: Tensor) {
        for row in 0..<outputCount {
            for column in 0..<inputCount {
                weight.value[column * outputCount + row] += difference[row * inputCount + column]
            }
        }
    }

    /// - Parameter x: [rows, inputs].
    /// - Returns: [rows, outputs].
    public func callAsFunction(
        _ x: Variable, activation: Activation? = nil, context: ForwardContext
    ) -> Variable {
        adapted(x, activation: activation, context: context) {
            if let packed = context.packedWeight(weight, isInputMajor: true) {
                return linear(x, packed: packed, bias: bias.value, activation: $0)
            }
            return linear(
                x, inputMajorWeight: context.variable(weight), bias: context.variable(bias), activation: $0)
        }
    }

    /// Weights from a normal distribution, bias zero.
    public func initialize(standardDeviation: Float, key: RandomKey) {
        weight.setValue {
            $0.fillNormal(standardDeviation: standardDeviation, key: key.derived(weight.name).bits)
        }
        bias.value.fill(0)
    }
}
