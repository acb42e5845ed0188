import DifferentiableTensors

/// Dropout in training; nothing in evaluation.
public final class Dropout: Module {
    /// 0 ..< 1.
    public let probability: Float

    public init(probability: Float) { self.probability = probability }

    public func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        guard context.isTraining, probability > 0 else { return x }
        return x.dropout(probability: probability, key: context.nextKey())
    }
}
