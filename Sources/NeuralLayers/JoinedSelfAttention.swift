import DifferentiableTensors

/// Self-attention whose query, key and value projections lie beneath each other in one weight, as in timm's
/// vision transformers: `<name>.weight` [3 · hidden, hidden] and `<name>.bias` [3 · hidden].
public final class JoinedSelfAttention: SelfAttention {
    public let projections: Linear
    public let headCount: Int
    private let hidden: Int

    /// - Parameter headCount: divides `hidden`.
    public init(_ name: String, hidden: Int, headCount: Int) {
        projections = Linear(name, inputs: hidden, outputs: 3 * hidden)
        self.hidden = hidden
        self.headCount = headCount
    }

    public var children: [any Module] { [projections] }

    public func callAsFunction(_ x: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable {
        let weight = context.variable(projections.weight)
        let bias = projections.bias.map(context.variable)
        let parts = (0..<3).map { part in
            let rows = part * hidden..<(part + 1) * hidden
            return linear(x, weight: weight.rows(rows), bias: bias?.rows(rows))
        }
        return multiHeadAttention(
            query: parts[0], key: parts[1], value: parts[2], layout: layout, headCount: headCount)
    }

    public func initialize(standardDeviation: Float, key: RandomKey) {
        projections.initialize(standardDeviation: standardDeviation, key: key)
    }
}
