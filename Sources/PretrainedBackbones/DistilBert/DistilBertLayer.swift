import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// One layer of DistilBERT: BERT's, but for the names and no dropout behind attention's output.
///
///     a = LN(x + out_lin(attention(x)))
///     y = LN(a + dropout(lin2(activation(lin1(a)))))
public final class DistilBertLayer: Module {
    public let query: Linear
    public let key: Linear
    public let value: Linear
    public let attentionOutput: Linear
    public let attentionNorm: LayerNorm
    public let intermediate: Linear
    public let output: Linear
    public let outputNorm: LayerNorm
    private let headCount: Int
    private let activation: Activation
    private let attentionDropout: Float
    private let dropout: Dropout

    init(_ name: String, _ configuration: DistilBertConfiguration) {
        let hidden = configuration.hiddenSize
        func projection(_ part: String) -> Linear {
            Linear("\(name).attention.\(part)", inputs: hidden, outputs: hidden)
        }
        func norm(_ part: String) -> LayerNorm {
            LayerNorm(
                "\(name).\(part)", columns: hidden, epsilon: DistilBertConfiguration.layerNormEpsilon)
        }
        query = projection("q_lin")
        key = projection("k_lin")
        value = projection("v_lin")
        attentionOutput = projection("out_lin")
        attentionNorm = norm("sa_layer_norm")
        intermediate = Linear(
            "\(name).ffn.lin1", inputs: hidden, outputs: configuration.intermediateSize)
        output = Linear("\(name).ffn.lin2", inputs: configuration.intermediateSize, outputs: hidden)
        outputNorm = norm("output_layer_norm")
        headCount = configuration.headCount
        activation = configuration.activation
        attentionDropout = configuration.attentionDropout
        dropout = Dropout(probability: configuration.hiddenDropout)
    }

    public var children: [any Module] {
        [query, key, value, attentionOutput, attentionNorm, intermediate, output, outputNorm, dropout]
    }

    /// - Parameter x: [tokens, hidden], rows as `layout` says.
    /// - Returns: [tokens, hidden].
    func callAsFunction(_ x: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable {
        let drops = context.isTraining && attentionDropout > 0
        let attended = multiHeadAttention(
            query: query(x, context: context), key: key(x, context: context),
            value: value(x, context: context), layout: layout, headCount: headCount,
            dropout: drops ? (attentionDropout, context.nextKey()) : nil)
        let middle = attentionNorm(attentionOutput(attended, context: context), residual: x, context: context)
        let expanded = intermediate(middle, activation: activation, context: context)
        let contracted = dropout(output(expanded, context: context), context: context)
        return outputNorm(contracted, residual: middle, context: context)
    }

    func initialize(standardDeviation: Float, key seed: RandomKey) {
        for projection in [query, key, value, attentionOutput, intermediate, output] {
            projection.initialize(standardDeviation: standardDeviation, key: seed)
        }
        for norm in [attentionNorm, outputNorm] {
            norm.weight.value.fill(1)
            norm.bias.value.fill(0)
        }
    }
}
