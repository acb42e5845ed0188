import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// The feed-forward part of a layer behind its normalisation, added to what goes in. Without biases:
///
///     x + dropout(wo(dropout(activation(wi(LN(x))))))
///     x + dropout(wo(dropout(activation(wi_0(LN(x))) · wi_1(LN(x)))))      gated
public final class T5FeedForward: Module {
    public let norm: RootMeanSquareNorm
    public let expansion: Linear
    /// What the expansion is multiplied by; `nil`: nothing.
    public let gate: Linear?
    public let contraction: Linear
    private let activation: Activation
    private let dropout: Dropout

    /// - Parameter name: of the layer's part, `encoder.block.0.layer.1`.
    init(_ name: String, _ configuration: T5Configuration) {
        let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
        func projection(_ part: String, _ inputs: Int, _ outputs: Int) -> Linear {
            Linear("\(name).DenseReluDense.\(part)", inputs: inputs, outputs: outputs, hasBias: false)
        }
        norm = RootMeanSquareNorm(
            "\(name).layer_norm", columns: hidden, epsilon: configuration.layerNormEpsilon)
        expansion = projection(configuration.isGated ? "wi_0" : "wi", hidden, wide)
        gate = configuration.isGated ? projection("wi_1", hidden, wide) : nil
        contraction = projection("wo", wide, hidden)
        activation = configuration.activation
        dropout = Dropout(probability: configuration.dropout)
    }

    public var children: [any Module] {
        [expansion] + (gate.map { [$0] } ?? []) + [contraction, norm, dropout]
    }

    func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        let normalized = norm(x, context: context)
        var wide = expansion(normalized, activation: activation, context: context)
        if let gate { wide = wide * gate(normalized, context: context) }
        let result = contraction(dropout(wide, context: context), context: context)
        return x + dropout(result, context: context)
    }

    func initialize(_ configuration: T5Configuration, key: RandomKey) {
        let factor = configuration.initializerFactor
        for projection in [expansion] + (gate.map { [$0] } ?? []) {
            projection.initialize(
                standardDeviation: factor / Float(configuration.hiddenSize).squareRoot(), key: key)
        }
        contraction.initialize(
            standardDeviation: factor / Float(configuration.intermediateSize).squareRoot(), key: key)
        norm.weight.value.fill(factor)
    }
}
