import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A network that is a row of parts, can be cut behind any of them, and ends with the features by which heads
/// classify. A backbone has no head.
///
/// Cut `k` stands for the first k parts: what is frozen lies below a cut, and features are what the last part
/// below it gives.
public protocol FeatureBackbone: Module {
    /// Names of the parts, in order.
    var cutNames: [String] { get }
    /// Columns of the last part's features.
    var featureCount: Int { get }
    /// What its files call a classifier's linear head: "fc", "linear", "head", "classifier".
    var headName: String { get }

    /// Shape of one sample's features at a cut; at cut 0, of the sample.
    func featureShape(belowCut cut: Int) -> [Int]

    /// Floating-point operations of one sample through the parts below a cut, a multiplication and an addition
    /// being two: products with weights, and attention's two products. Everything else is a few for each
    /// element and left out.
    func operations(belowCut cut: Int) -> Int

    /// Runs some of the parts.
    /// - Parameter x: [samples] + `featureShape` below the range.
    /// - Returns: [samples] + `featureShape` at its end.
    func forward(_ x: Variable, parts: Range<Int>, context: ForwardContext) -> Variable

    /// Parameters of the parts below a cut: what freezing there freezes.
    func parameters(belowCut cut: Int) -> [Parameter]

    /// State of the parts below a cut that is never trained.
    func buffers(belowCut cut: Int) -> [Buffer]

    /// The parts below a cut with the weights that they have now.
    func frozenForward(belowCut cut: Int) -> any FrozenFeatureForward

    /// Overwrites all weights with random ones, as training from scratch begins. The same seed gives the same
    /// weights.
    func initialize(seed: UInt64)
}

/// The parts of a network below a cut, for features that are computed once: without graph and kept activations,
/// batch normalisation folded into convolutions.
public protocol FrozenFeatureForward {
    /// Features at the cut. A sample's have the same bits in any batch.
    /// - Parameter samples: [samples] + the backbone's `featureShape` at cut 0.
    /// - Returns: [samples] + its `featureShape` at the cut.
    func callAsFunction(_ samples: Tensor) -> Tensor
}

extension FeatureBackbone {
    /// Parts up to and with the one of this name; "layer2" means the last of "layer2.0", "layer2.1", ….
    /// - Throws: `PretrainedBackboneError` where there is none.
    public func cut(named name: String) throws -> Int {
        if let index = cutNames.lastIndex(where: { $0 == name || $0.hasPrefix(name + ".") }) {
            return index + 1
        }
        throw PretrainedBackboneError(
            .unsupported, "cannot be cut there; it can be at \(cutNames.joined(separator: ", "))",
            file: "cut \"\(name)\"")
    }

    /// Freezes everything below a cut and makes the rest trainable.
    public func freeze(belowCut cut: Int) {
        setTrainable(true)
        for parameter in parameters(belowCut: cut) { parameter.isTrainable = false }
    }

    /// All weights and running statistics with their names in a checkpoint, without a model prefix.
    public func namedTensors() -> [(name: String, tensor: Tensor)] {
        parameters.map { (name: $0.name, tensor: $0.value) }
            + buffers.map { (name: $0.name, tensor: $0.value) }
    }
}
