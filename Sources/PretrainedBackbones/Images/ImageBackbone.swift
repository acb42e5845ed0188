import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A pretrained network for images that is a row of parts and can be cut behind any of them.
///
/// Cut `k` stands for the first k parts: what is frozen lies below a cut, and features are what the last part
/// below it gives. The last part's are the pooled features that heads classify by. A backbone has no head.
public protocol ImageBackbone: Module {
    /// Size and normalisation of the images it expects.
    var input: ImageInput { get }
    /// Names of the parts, in order.
    var cutNames: [String] { get }
    /// Columns of the pooled features.
    var featureCount: Int { get }
    /// What its files call a classifier's linear head: "fc", "linear", "head", "classifier".
    var headName: String { get }

    /// Shape of one image's features at a cut: [height, width, channels], [tokens, columns] or [columns]. Cut 0
    /// is the image.
    func featureShape(belowCut cut: Int) -> [Int]

    /// Floating-point operations of one image through the parts below a cut, a multiplication and an addition
    /// being two: products with weights, and attention's two products. Everything else is a few for each
    /// element and left out.
    func operations(belowCut cut: Int) -> Int

    /// Runs some of the parts.
    /// - Parameter x: [images] + `featureShape` below the range.
    /// - Returns: [images] + `featureShape` at its end.
    func forward(_ x: Variable, parts: Range<Int>, context: ForwardContext) -> Variable

    /// Parameters of the parts below a cut: what freezing there freezes.
    func parameters(belowCut cut: Int) -> [Parameter]

    /// State of the parts below a cut that is never trained.
    func buffers(belowCut cut: Int) -> [Buffer]

    /// The parts below a cut with the weights that they have now.
    func frozenForward(belowCut cut: Int) -> any FrozenImageForward

    /// Overwrites all weights with random ones, as training from scratch begins. The same seed gives the same
    /// weights.
    func initialize(seed: UInt64)
}

/// The parts of an image network below a cut, for features that are computed once: without graph and kept
/// activations, batch normalisation folded into convolutions.
public protocol FrozenImageForward {
    /// Features at the cut. An image's have the same bits in any batch.
    /// - Parameter images: [images, height, width, 3], normalised.
    /// - Returns: [images] + the backbone's `featureShape` there.
    func callAsFunction(_ images: Tensor) -> Tensor
}

extension ImageBackbone {
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
