import DifferentiableTensors

/// Self-attention within each sequence, without its output projection.
public protocol SelfAttention: Module {
    /// - Parameter x: [tokens, hidden], rows as `layout` says.
    /// - Returns: [tokens, hidden].
    func callAsFunction(_ x: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable

    /// Weights from a normal distribution, biases zero.
    func initialize(standardDeviation: Float, key: RandomKey)
}
