import DifferentiableTensors
import NeuralLayers

/// Tells from which domain a sample comes: width → hidden → hidden → 1 with rectifiers between, parameters
/// `discriminator.0.weight` to `discriminator.2.bias`.
///
/// There is no batch normalisation: a sample's logit depends on that sample alone.
public final class DomainDiscriminator: Module {
    private let layers: [Linear]

    /// Starts with zeros: `initialize` it.
    /// - Parameters:
    ///   - width: columns of what it judges, at least 1.
    ///   - hidden: units of either hidden layer, at least 1.
    public init(width: Int, hidden: Int) {
        precondition(width > 0 && hidden > 0, "a discriminator of \(width) inputs and \(hidden) units")
        layers = [
            Linear("discriminator.0", inputs: width, outputs: hidden),
            Linear("discriminator.1", inputs: hidden, outputs: hidden),
            Linear("discriminator.2", inputs: hidden, outputs: 1),
        ]
    }

    public var children: [any Module] { layers }

    /// Weights from normal distributions, biases zero; the same seed gives the same weights. The deviations
    /// keep the size of signals: √(2 / inputs) before a rectifier (He et al. 2015), √(1 / inputs) before none.
    public func initialize(seed: UInt64) {
        let key = RandomKey(seed: seed).derived("discriminator")
        for (index, layer) in layers.enumerated() {
            let gain: Float = index + 1 < layers.count ? 2 : 1
            layer.initialize(standardDeviation: (gain / Float(layer.inputCount)).squareRoot(), key: key)
        }
    }

    /// - Parameter x: [samples, width].
    /// - Returns: a logit for each sample, [samples, 1]: above 0 it is taken for a sample of the source.
    public func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        let hidden = layers.dropLast().reduce(x) { $1($0, activation: .relu, context: context) }
        return layers[layers.count - 1](hidden, context: context)
    }
}
