import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// One layer of GPT-2, normalisation before each part, attention to the tokens before:
///
///     a = x + dropout(c_proj(attention(c_attn(LN(x)))))
///     y = a + dropout(c_proj(activation(c_fc(LN(a)))))
public final class GPT2Layer: Module {
    public let attentionNorm: LayerNorm
    public let attentionInput: InputMajorLinear
    public let attentionOutput: InputMajorLinear
    public let feedForwardNorm: LayerNorm
    public let intermediate: InputMajorLinear
    public let output: InputMajorLinear
    private let headCount: Int
    private let activation: Activation
    private let attentionDropout: Float
    private let dropout: Dropout

    init(_ name: String, _ configuration: GPT2Configuration) {
        let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
        let epsilon = configuration.layerNormEpsilon
        attentionNorm = LayerNorm("\(name).ln_1", columns: hidden, epsilon: epsilon)
        attentionInput = InputMajorLinear("\(name).attn.c_attn", inputs: hidden, outputs: 3 * hidden)
        attentionOutput = InputMajorLinear("\(name).attn.c_proj", inputs: hidden, outputs: hidden)
        feedForwardNorm = LayerNorm("\(name).ln_2", columns: hidden, epsilon: epsilon)
        intermediate = InputMajorLinear("\(name).mlp.c_fc", inputs: hidden, outputs: wide)
        output = InputMajorLinear("\(name).mlp.c_proj", inputs: wide, outputs: hidden)
        headCount = configuration.headCount
        activation = configuration.activation
        attentionDropout = configuration.attentionDropout
        dropout = Dropout(probability: configuration.residualDropout)
    }

    public var children: [any Module] {
        [attentionNorm, attentionInput, attentionOutput, feedForwardNorm, intermediate, output, dropout]
    }

    /// - Parameter x: [tokens, hidden], rows as `layout` says.
    /// - Returns: [tokens, hidden].
    func callAsFunction(_ x: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable {
        let drops = context.isTraining && attentionDropout > 0
        let attended = causalSelfAttention(
            attentionInput(attentionNorm(x, context: context), context: context), layout: layout,
            headCount: headCount, dropout: drops ? (attentionDropout, context.nextKey()) : nil)
        let middle = x + dropout(attentionOutput(attended, context: context), context: context)
        let expanded = intermediate(
            feedForwardNorm(middle, context: context), activation: activation, context: context)
        return middle + dropout(output(expanded, context: context), context: context)
    }

    /// Projections onto the residual are smaller the more of them there are (Radford et al. 2019).
    func initialize(standardDeviation: Float, layerCount: Int, key: RandomKey) {
        let residual = standardDeviation / Float(2 * layerCount).squareRoot()
        for projection in [attentionInput, intermediate] {
            projection.initialize(standardDeviation: standardDeviation, key: key)
        }
        for projection in [attentionOutput, output] {
            projection.initialize(standardDeviation: residual, key: key)
        }
        for norm in [attentionNorm, feedForwardNorm] {
            norm.weight.value.fill(1)
            norm.bias.value.fill(0)
        }
    }
}
