import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A multilayer perceptron for tables: columns are standardised, then go through linear layers with activations.
///
/// Parameters have the names of a PyTorch module with a list of layers: `layers.0.weight`, `layers.0.bias`, …;
/// a classifier's head is `head`. The parts are `input`, which standardises, and the layers.
public final class MLP: TableBackbone {
    public let configuration: MLPConfiguration
    public let layers: [Linear]
    private let dropout: Dropout
    private let means: Tensor
    /// Of the columns' deviations.
    private let reciprocals: Tensor
    private let zeros: Tensor

    /// All weights zero, none with memory as yet.
    init(_ configuration: MLPConfiguration) {
        self.configuration = configuration
        var inputs = configuration.columns.count
        var layers: [Linear] = []
        for (index, outputs) in configuration.hiddenSizes.enumerated() {
            layers.append(Linear("layers.\(index)", inputs: inputs, outputs: outputs))
            inputs = outputs
        }
        self.layers = layers
        dropout = Dropout(probability: configuration.dropout)
        let columns = configuration.columns
        means = Tensor(columns.map(\.mean), shape: [columns.count])
        reciprocals = Tensor(columns.map { 1 / $0.deviation }, shape: [columns.count])
        zeros = .zeros([columns.count])
    }

    /// Weights as He et al. (2015) begin before rectifiers, biases zero.
    public func initialize(seed: UInt64) {
        let key = RandomKey(seed: seed).derived("backbone")
        for layer in layers {
            layer.initialize(
                standardDeviation: (2 / Float(layer.weight.shape[1])).squareRoot(), key: key)
        }
    }

    public var children: [any Module] { layers + [dropout] }

    public var columns: [TableColumn] { configuration.columns }
    public var cutNames: [String] { ["input"] + layers.indices.map { "layers.\($0)" } }
    public var featureCount: Int { configuration.hiddenSizes.last ?? columns.count }
    public var headName: String { "head" }

    public func featureShape(belowCut cut: Int) -> [Int] {
        [cut < 2 ? columns.count : configuration.hiddenSizes[cut - 2]]
    }

    public func operations(belowCut cut: Int) -> Int {
        layers.prefix(max(0, cut - 1)).reduce(0) { $0 + 2 * $1.weight.count }
    }

    public func forward(_ x: Variable, parts: Range<Int>, context: ForwardContext) -> Variable {
        parts.reduce(x) { x, part in
            guard part > 0 else {
                return Variable(
                    x.value.columnsNormalized(mean: means, scale: reciprocals, shift: zeros))
            }
            let hidden = layers[part - 1](x, activation: configuration.activation, context: context)
            return dropout(hidden, context: context)
        }
    }

    public func parameters(belowCut cut: Int) -> [Parameter] {
        layers.prefix(max(0, cut - 1)).flatMap(\.parameters)
    }

    public func buffers(belowCut cut: Int) -> [Buffer] { [] }

    public func frozenForward(belowCut cut: Int) -> any FrozenFeatureForward {
        FrozenMLP(self, belowCut: cut)
    }
}
