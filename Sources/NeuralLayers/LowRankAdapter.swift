import DifferentiableTensors
import TensorKernels

/// A low-rank adapter beside a linear map that stays as it is: LoRA (Hu et al. 2021, arXiv:2106.09685).
///
///     y = W x + alpha / rank · B A dropout(x)
///
/// Parameters are `<name>.lora_A.weight` [rank, inputs] and `<name>.lora_B.weight` [outputs, rank], as in PEFT's files.
public final class LowRankAdapter: Module {
    /// A, towards the low rank.
    public let down: Parameter
    /// B, back to the outputs.
    public let up: Parameter
    public let alpha: Float
    private let dropout: Dropout

    /// - Parameters:
    ///   - name: of the linear map.
    ///   - rank: 1 or more.
    ///   - dropout: drop probability of what enters the adapter, in training.
    public init(_ name: String, inputs: Int, outputs: Int, rank: Int, alpha: Float, dropout: Float = 0) {
        down = Parameter("\(name).lora_A.weight", shape: [rank, inputs])
        up = Parameter("\(name).lora_B.weight", shape: [outputs, rank])
        self.alpha = alpha
        self.dropout = Dropout(probability: dropout)
    }

    public var rank: Int { down.shape[0] }

    /// Of what enters the adapter, in training.
    public var dropoutProbability: Float { dropout.probability }

    /// alpha / rank.
    public var scale: Float { alpha / Float(rank) }

    public var ownParameters: [Parameter] { [down, up] }
    public var children: [any Module] { [dropout] }

    /// A uniform up to 1 / √inputs, as PEFT begins; B zero, so that at first the map is what it was.
    public func initialize(key: RandomKey) {
        let bound = 1 / Float(down.shape[1]).squareRoot()
        down.setValue { $0.fillUniform(-bound, bound, key: key.derived(down.name).bits) }
        up.value.fill(0)
    }

    /// What is added to the map's result: [rows, outputs] from [rows, inputs].
    public func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        let low = linear(dropout(x, context: context), weight: context.variable(down))
        return linear(low, weight: context.variable(up)).scaled(by: scale)
    }

    /// What is added to the map's weight: [outputs, inputs].
    public func weightDifference() -> Tensor {
        matrixProduct(up.value, down.value).scaled(by: scale)
    }
}
