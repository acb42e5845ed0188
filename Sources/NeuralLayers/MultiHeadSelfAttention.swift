import DifferentiableTensors

/// Self-attention of the BERT family, without its output projection: query, key and value projections and
/// scaled dot-product attention within each sequence.
public final class MultiHeadSelfAttention: SelfAttention {
    public let query: Linear
    public let key: Linear
    public let value: Linear
    public let headCount: Int
    /// Of the attention probabilities, in training.
    public let dropoutProbability: Float

    /// Parameters are `<name>.query.weight` and so on, as in BERT's checkpoints.
    /// - Parameter headCount: divides `hidden`.
    public init(_ name: String, hidden: Int, headCount: Int, dropoutProbability: Float) {
        query = Linear("\(name).query", inputs: hidden, outputs: hidden)
        key = Linear("\(name).key", inputs: hidden, outputs: hidden)
        value = Linear("\(name).value", inputs: hidden, outputs: hidden)
        self.headCount = headCount
        self.dropoutProbability = dropoutProbability
    }

    public var children: [any Module] { [query, key, value] }

    public func callAsFunction(_ x: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable {
        let drops = context.isTraining && dropoutProbability > 0
        return multiHeadAttention(
            query: query(x, context: context), key: key(x, context: context),
            value: value(x, context: context),
            layout: layout, headCount: headCount,
            dropout: drops ? (dropoutProbability, context.nextKey()) : nil)
    }

    public func initialize(standardDeviation: Float, key: RandomKey) {
        for projection in [query, self.key, value] {
            projection.initialize(standardDeviation: standardDeviation, key: key)
        }
    }
}
