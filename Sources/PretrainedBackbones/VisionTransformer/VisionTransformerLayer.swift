import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// One layer of a vision transformer, normalisation before each part:
///
///     a = x + dropout(dense(attention(LN(x))))
///     y = a + dropout(dense(activation(dense(LN(a)))))
public final class VisionTransformerLayer: Module {
    public let attentionNorm: LayerNorm
    public let attention: any SelfAttention
    public let attentionOutput: Linear
    public let feedForwardNorm: LayerNorm
    public let intermediate: Linear
    public let output: Linear
    private let activation: Activation
    private let dropout: Dropout

    /// - Parameter name: "blocks.0".
    init(_ name: String, _ configuration: VisionTransformerConfiguration, _ names: VisionTransformerNames) {
        let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
        let epsilon = configuration.layerNormEpsilon
        attentionNorm = LayerNorm("\(name).\(names.attentionNorm)", columns: hidden, epsilon: epsilon)
        let attentionName = "\(name).\(names.attention)"
        attention =
            switch configuration.layout {
            case .timm:
                JoinedSelfAttention(attentionName, hidden: hidden, headCount: configuration.headCount)
            case .transformers:
                MultiHeadSelfAttention(
                    attentionName, hidden: hidden, headCount: configuration.headCount,
                    dropoutProbability: configuration.attentionDropout)
            }
        attentionOutput = Linear("\(name).\(names.attentionOutput)", inputs: hidden, outputs: hidden)
        feedForwardNorm = LayerNorm("\(name).\(names.feedForwardNorm)", columns: hidden, epsilon: epsilon)
        intermediate = Linear("\(name).\(names.intermediate)", inputs: hidden, outputs: wide)
        output = Linear("\(name).\(names.output)", inputs: wide, outputs: hidden)
        activation = configuration.activation
        dropout = Dropout(probability: configuration.hiddenDropout)
    }

    public var children: [any Module] {
        [attentionNorm, attention, attentionOutput, feedForwardNorm, intermediate, output, dropout]
    }

    /// - Parameter x: [tokens, hidden], rows as `layout` says.
    /// - Returns: [tokens, hidden].
    func callAsFunction(_ x: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable {
        let attended = attention(attentionNorm(x, context: context), layout: layout, context: context)
        let middle = x + dropout(attentionOutput(attended, context: context), context: context)
        let expanded = intermediate(
            feedForwardNorm(middle, context: context), activation: activation, context: context)
        return middle + dropout(output(expanded, context: context), context: context)
    }

    func initialize(standardDeviation: Float, key: RandomKey) {
        attention.initialize(standardDeviation: standardDeviation, key: key)
        for projection in [attentionOutput, intermediate, output] {
            projection.initialize(standardDeviation: standardDeviation, key: key)
        }
        for norm in [attentionNorm, feedForwardNorm] {
            norm.weight.value.fill(1)
            norm.bias.value.fill(0)
        }
    }
}
