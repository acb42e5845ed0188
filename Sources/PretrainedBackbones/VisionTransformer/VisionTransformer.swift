import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// A vision transformer: ViT and DeiT.
///
/// An image is cut into patches; a linear map of each, a class token and in DeiT a distillation token stand
/// in a row, go through layers of attention, and the class token's last state, normalised, stands for the
/// image. The parts are `embeddings`, the layers under their paths in the layout (`blocks.0`,
/// `encoder.layer.0`), and `pooled`. Features between them are [images, tokens, hidden].
public final class VisionTransformer: ImageBackbone {
    public let configuration: VisionTransformerConfiguration
    /// [1, 1, hidden] each; the class token first.
    public let leadingTokens: [Parameter]
    /// [1, tokens, hidden]
    public let positions: Parameter
    public let patches: Convolution2D
    public let layers: [VisionTransformerLayer]
    public let finalNorm: LayerNorm
    private let names: VisionTransformerNames
    private let dropout: Dropout

    /// All weights zero, none with memory as yet.
    init(_ configuration: VisionTransformerConfiguration) {
        self.configuration = configuration
        let names = VisionTransformerNames.of(configuration.layout)
        let (hidden, side) = (configuration.hiddenSize, configuration.patchSize)
        self.names = names
        let tokenNames = [names.classToken, names.distillationToken].prefix(configuration.leadingTokens)
        leadingTokens = tokenNames.map { Parameter($0, shape: [1, 1, hidden]) }
        positions = Parameter(names.positions, shape: [1, configuration.tokenCount, hidden])
        patches = Convolution2D(
            names.patches,
            ConvolutionShape(inputs: 3, outputs: hidden, kernelHeight: side, kernelWidth: side, stride: side),
            hasBias: true)
        layers = (0..<configuration.layerCount).map {
            VisionTransformerLayer("\(names.layers).\($0)", configuration, names)
        }
        finalNorm = LayerNorm(names.norm, columns: hidden, epsilon: configuration.layerNormEpsilon)
        dropout = Dropout(probability: configuration.hiddenDropout)
    }

    public func initialize(seed: UInt64) {
        let key = RandomKey(seed: seed).derived("backbone")
        let deviation = configuration.initializerRange
        for parameter in leadingTokens + [positions, patches.weight] {
            parameter.setValue {
                $0.fillNormal(standardDeviation: deviation, key: key.derived(parameter.name).bits)
            }
        }
        patches.bias?.value.fill(0)
        for layer in layers { layer.initialize(standardDeviation: deviation, key: key) }
        finalNorm.weight.value.fill(1)
        finalNorm.bias.value.fill(0)
    }

    public var ownParameters: [Parameter] { leadingTokens + [positions] }
    public var children: [any Module] { [patches] + layers + [finalNorm, dropout] }

    public var input: ImageInput { configuration.input }
    public var featureCount: Int { configuration.hiddenSize }
    public var headName: String { names.head }
    public var cutNames: [String] {
        ["embeddings"] + layers.indices.map { "\(names.layers).\($0)" } + ["pooled"]
    }

    public func featureShape(belowCut cut: Int) -> [Int] {
        if cut == 0 { return [input.height, input.width, 3] }
        return cut == cutNames.count
            ? [featureCount] : [configuration.tokenCount, configuration.hiddenSize]
    }

    public func operations(belowCut cut: Int) -> Int {
        guard cut > 0 else { return 0 }
        let (tokens, hidden) = (configuration.tokenCount, configuration.hiddenSize)
        let matrices = 4 * hidden * hidden + 2 * hidden * configuration.intermediateSize
        let layer = 2 * tokens * matrices + 4 * tokens * tokens * hidden
        return patches.shape.operations(height: input.height, width: input.width)
            + layer * min(cut - 1, layers.count)
    }

    public func forward(_ x: Variable, parts: Range<Int>, context: ForwardContext) -> Variable {
        guard let first = parts.first else { return x }
        let images = x.shape[0]
        let (tokens, hidden) = (configuration.tokenCount, configuration.hiddenSize)
        let layout = SequenceLayout(lengths: Array(repeating: tokens, count: images))
        var rows = first == 0 ? embed(x, context: context) : x.reshaped([images * tokens, hidden])
        rows = run(rows, parts: parts, layout: layout, context: context)
        return parts.upperBound == cutNames.count
            ? pool(rows, layout, context: context) : rows.reshaped([images, tokens, hidden])
    }

    /// Runs those of some parts that are layers.
    func run(
        _ rows: Variable, parts: Range<Int>, layout: SequenceLayout, context: ForwardContext
    ) -> Variable {
        parts.clamped(to: 1..<layers.count + 1).reduce(rows) {
            layers[$1 - 1]($0, layout: layout, context: context)
        }
    }

    /// The class tokens, normalised: [images, hidden].
    func pool(_ rows: Variable, _ layout: SequenceLayout, context: ForwardContext) -> Variable {
        finalNorm(rows.firstOfSequences(layout), context: context)
    }

    /// [images · tokens, hidden] from images.
    func embed(_ x: Variable, context: ForwardContext) -> Variable {
        let images = x.shape[0]
        let (tokens, hidden, leading) = (
            configuration.tokenCount, configuration.hiddenSize, configuration.leadingTokens
        )
        let own = tokens - leading
        let patchRows = patches(x, context: context).reshaped([images * own, hidden])
        let table = Variable.concatenatingRows(
            leadingTokens.map { context.variable($0).reshaped([1, hidden]) } + [patchRows])
        let order = (0..<images).flatMap { image in
            Array(0..<leading) + (0..<own).map { leading + image * own + $0 }
        }
        let positionRows = context.variable(positions).reshaped([tokens, hidden])
            .gatheredRows((0..<images).flatMap { _ in 0..<tokens })
        return dropout(table.gatheredRows(order) + positionRows, context: context)
    }

    public func parameters(belowCut cut: Int) -> [Parameter] {
        guard cut > 0 else { return [] }
        return leadingTokens + [positions] + patches.parameters
            + layers.prefix(cut - 1).flatMap(\.parameters)
            + (cut == cutNames.count ? finalNorm.parameters : [])
    }

    public func buffers(belowCut cut: Int) -> [Buffer] { [] }

    public func frozenForward(belowCut cut: Int) -> any FrozenFeatureForward {
        FrozenVisionTransformer(self, belowCut: cut)
    }
}
