import DifferentiableTensors
import TensorKernels

/// A table of rows: parameter `<name>.weight` [entries, columns].
public final class Embedding: Module {
    public let weight: Parameter

    /// Starts with zeros: load or `initialize` it.
    public init(_ name: String, entries: Int, columns: Int) {
        weight = Parameter("\(name).weight", shape: [entries, columns])
    }

    /// Over a parameter made elsewhere.
    public init(weight: Parameter) { self.weight = weight }

    public var ownParameters: [Parameter] { [weight] }

    /// - Parameter indices: 0 ..< entries.
    /// - Returns: [indices.count, columns].
    public func callAsFunction(_ indices: [Int], context: ForwardContext) -> Variable {
        embeddingLookup(context.variable(weight), indices: indices)
    }

    /// Rows from a normal distribution.
    public func initialize(standardDeviation: Float, key: RandomKey) {
        weight.setValue {
            $0.fillNormal(standardDeviation: standardDeviation, key: key.derived(weight.name).bits)
        }
    }
}
