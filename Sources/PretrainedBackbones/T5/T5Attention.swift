import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// One attention of T5 behind its normalisation, added to what goes in: x + dropout(o(attention(LN(x)))).
///
/// Within a layout, or from one to another. Projections have no biases, scores no scaling.
public final class T5Attention: Module {
    public let norm: RootMeanSquareNorm
    public let query: Linear
    public let key: Linear
    public let value: Linear
    public let output: Linear
    /// [buckets, heads]: of a stack's first layer, whose table all its layers use.
    public let distanceTable: Embedding?
    /// How the table's name ends.
    static let tableSuffix = ".relative_attention_bias.weight"
    private let headCount: Int
    private let isCausal: Bool
    private let attentionDropout: Float
    private let dropout: Dropout

    /// - Parameters:
    ///   - name: of the layer's part, `encoder.block.0.layer.0`.
    ///   - kind: what the checkpoint calls the attention there, `SelfAttention` or `EncDecAttention`.
    init(
        _ name: String, kind: String, _ configuration: T5Configuration, hasDistanceTable: Bool = false,
        isCausal: Bool = false
    ) {
        let (hidden, projected) = (configuration.hiddenSize, configuration.projectionSize)
        norm = RootMeanSquareNorm(
            "\(name).layer_norm", columns: hidden, epsilon: configuration.layerNormEpsilon)
        func projection(_ part: String) -> Linear {
            Linear("\(name).\(kind).\(part)", inputs: hidden, outputs: projected, hasBias: false)
        }
        query = projection("q")
        key = projection("k")
        value = projection("v")
        output = Linear("\(name).\(kind).o", inputs: projected, outputs: hidden, hasBias: false)
        distanceTable =
            hasDistanceTable
            ? Embedding(
                "\(name).\(kind).relative_attention_bias", entries: configuration.bucketCount,
                columns: configuration.headCount) : nil
        headCount = configuration.headCount
        self.isCausal = isCausal
        attentionDropout = configuration.dropout
        dropout = Dropout(probability: configuration.dropout)
    }

    public var children: [any Module] {
        [query, key, value, output] + (distanceTable.map { [$0] } ?? []) + [norm, dropout]
    }

    /// - Parameters:
    ///   - x: [tokens, hidden], rows as `layout` says.
    ///   - memory: what is attended to, and its layout; `nil`: the normalised tokens themselves.
    ///   - diagonals: the bias by distance, of attention within a layout.
    func callAsFunction(
        _ x: Variable, layout: SequenceLayout, memory: (rows: Variable, layout: SequenceLayout)? = nil,
        diagonals: Variable? = nil, context: ForwardContext
    ) -> Variable {
        let normalized = norm(x, context: context)
        let source = memory?.rows ?? normalized
        let drops = context.isTraining && attentionDropout > 0
        let attended = biasedAttention(
            query: query(normalized, context: context), key: key(source, context: context),
            value: value(source, context: context), queryLayout: layout, keyLayout: memory?.layout ?? layout,
            headCount: headCount, diagonals: diagonals, isCausal: isCausal,
            dropout: drops ? (attentionDropout, context.nextKey()) : nil)
        return x + dropout(output(attended, context: context), context: context)
    }

    /// Mesh TensorFlow's start: queries are small, since scores are not scaled.
    func initialize(_ configuration: T5Configuration, key seed: RandomKey) {
        let factor = configuration.initializerFactor
        let hidden = Float(configuration.hiddenSize)
        query.initialize(
            standardDeviation: factor / (hidden * Float(configuration.headWidth)).squareRoot(), key: seed)
        for projection in [key, value] {
            projection.initialize(standardDeviation: factor / hidden.squareRoot(), key: seed)
        }
        output.initialize(
            standardDeviation: factor / Float(configuration.projectionSize).squareRoot(), key: seed)
        distanceTable?.initialize(standardDeviation: factor / hidden.squareRoot(), key: seed)
        norm.weight.value.fill(factor)
    }
}
