import DifferentiableTensors
import TensorKernels

/// One encoder layer as in BERT (Devlin et al. 2019), normalisation after each residual:
///
///     a = LN(x + dropout(dense(attention(x))))
///     y = LN(a + dropout(dense(activation(dense(a)))))
///
/// Parameter names are BERT's: `<name>.attention.self.query.weight`, `<name>.attention.output.dense.weight`,
/// `<name>.attention.output.LayerNorm.weight`, `<name>.intermediate.dense.weight`,
/// `<name>.output.dense.weight`, `<name>.output.LayerNorm.weight`, and the biases.
public final class TransformerEncoderLayer: Module {
    public let attention: MultiHeadSelfAttention
    public let attentionOutput: Linear
    public let attentionNorm: LayerNorm
    public let intermediate: Linear
    public let output: Linear
    public let outputNorm: LayerNorm
    public let activation: Activation
    private let dropout: Dropout

    /// - Parameters:
    ///   - hidden: width of a token's row; `headCount` divides it.
    ///   - intermediate: width of the feed-forward part.
    ///   - dropoutProbability: after the two output projections, in training.
    ///   - attentionDropoutProbability: of the attention probabilities, in training.
    public init(
        _ name: String, hidden: Int, headCount: Int, intermediate: Int, activation: Activation = .gelu,
        epsilon: Float = 1e-12, dropoutProbability: Float = 0, attentionDropoutProbability: Float = 0
    ) {
        attention = MultiHeadSelfAttention(
            "\(name).attention.self", hidden: hidden, headCount: headCount,
            dropoutProbability: attentionDropoutProbability)
        attentionOutput = Linear("\(name).attention.output.dense", inputs: hidden, outputs: hidden)
        attentionNorm = LayerNorm("\(name).attention.output.LayerNorm", columns: hidden, epsilon: epsilon)
        self.intermediate = Linear("\(name).intermediate.dense", inputs: hidden, outputs: intermediate)
        output = Linear("\(name).output.dense", inputs: intermediate, outputs: hidden)
        outputNorm = LayerNorm("\(name).output.LayerNorm", columns: hidden, epsilon: epsilon)
        self.activation = activation
        dropout = Dropout(probability: dropoutProbability)
    }

    public var children: [any Module] {
        [attention, attentionOutput, attentionNorm, intermediate, output, outputNorm, dropout]
    }

    /// - Parameter x: [tokens, hidden], rows as `layout` says.
    /// - Returns: [tokens, hidden].
    public func callAsFunction(_ x: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable {
        let attended = attention(x, layout: layout, context: context)
        let projected = dropout(attentionOutput(attended, context: context), context: context)
        let middle = attentionNorm(projected, residual: x, context: context)
        let expanded = intermediate(middle, activation: activation, context: context)
        let contracted = dropout(output(expanded, context: context), context: context)
        return outputNorm(contracted, residual: middle, context: context)
    }

    /// Weights from a normal distribution, biases zero, normalisations plain: BERT's own start.
    public func initialize(standardDeviation: Float = 0.02, key: RandomKey) {
        attention.initialize(standardDeviation: standardDeviation, key: key)
        for projection in [attentionOutput, intermediate, output] {
            projection.initialize(standardDeviation: standardDeviation, key: key)
        }
        for norm in [attentionNorm, outputNorm] {
            norm.weight.value.fill(1)
            norm.bias.value.fill(0)
        }
    }
}
