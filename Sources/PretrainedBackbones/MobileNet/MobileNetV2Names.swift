/// What a layout calls the parts of a MobileNetV2: of each convolution and the normalisation behind it.
struct MobileNetV2Names {
    typealias Pair = (convolution: String, norm: String)

    let stem: Pair
    /// Paths of the blocks.
    let blocks: [String]
    let last: Pair
    /// Of the part that the last convolution is.
    let lastPart: String
    let head: String
    private let layout: MobileNetV2Configuration.Layout

    init(_ configuration: MobileNetV2Configuration) {
        layout = configuration.layout
        switch layout {
        case .timm:
            stem = ("conv_stem", "bn1")
            blocks = configuration.blocks.map { "blocks.\($0.stage).\($0.index)" }
            last = ("conv_head", "bn2")
            lastPart = "conv_head"
            head = "classifier"
        case .torchvision:
            stem = ("features.0.0", "features.0.1")
            blocks = configuration.blocks.indices.map { "features.\($0 + 1)" }
            lastPart = "features.\(blocks.count + 1)"
            last = ("\(lastPart).0", "\(lastPart).1")
            head = "classifier.1"
        }
    }

    /// The convolutions of a block: expansion, if there is one, depthwise, projection.
    func convolutions(_ block: String, expands: Bool) -> [Pair] {
        let pairs: [Pair] =
            switch (layout, expands) {
            case (.timm, true): [("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3")]
            case (.timm, false): [("conv_dw", "bn1"), ("conv_pw", "bn2")]
            case (.torchvision, true):
                [("conv.0.0", "conv.0.1"), ("conv.1.0", "conv.1.1"), ("conv.2", "conv.3")]
            case (.torchvision, false): [("conv.0.0", "conv.0.1"), ("conv.1", "conv.2")]
            }
        return pairs.map { ("\(block).\($0.convolution)", "\(block).\($0.norm)") }
    }
}
