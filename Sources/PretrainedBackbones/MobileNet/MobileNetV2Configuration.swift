/// The shape of a MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381).
public struct MobileNetV2Configuration: Sendable, Equatable {
    /// Whose names the weights have.
    public enum Layout: Sendable, Equatable {
        case timm
        case torchvision
    }

    /// An inverted residual block.
    struct Block: Equatable {
        let stage: Int
        /// Within the stage.
        let index: Int
        let inputs: Int
        let outputs: Int
        /// Channels between the block's ends, a multiple of its inputs'.
        let expanded: Int
        let stride: Int
    }

    public let name: String
    public let layout: Layout
    /// Factor of all channels but the last convolution's, which never has fewer than 1280.
    public let widthMultiplier: Double
    public var input: ImageInput

    /// Names that `named` knows: timm's, and torchvision's.
    public static let knownNames = [
        "mobilenetv2_035", "mobilenetv2_050", "mobilenetv2_075", "mobilenetv2_100", "mobilenetv2_140",
        "mobilenet_v2",
    ]

    /// The published network of this name, or `nil` where there is none.
    public static func named(_ name: String, input: ImageInput) -> MobileNetV2Configuration? {
        guard knownNames.contains(name) else { return nil }
        let percent = Double(name.split(separator: "_").last ?? "")
        return MobileNetV2Configuration(
            name: name, layout: percent == nil ? .torchvision : .timm,
            widthMultiplier: (percent ?? 100) / 100, input: input)
    }

    var stemChannels: Int { channels(32) }

    /// Channels of the last convolution, which pooling leaves.
    public var featureCount: Int { Self.rounded(1280 * max(1, widthMultiplier)) }

    /// Table 2 of the paper.
    var blocks: [Block] {
        let stages = [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
            (6, 320, 1, 1),
        ]
        var blocks: [Block] = []
        var inputs = stemChannels
        for (stage, (expansion, width, count, stride)) in stages.enumerated() {
            for index in 0..<count {
                blocks.append(
                    Block(
                        stage: stage, index: index, inputs: inputs, outputs: channels(width),
                        expanded: inputs * expansion, stride: index == 0 ? stride : 1))
                inputs = channels(width)
            }
        }
        return blocks
    }

    private func channels(_ count: Int) -> Int { Self.rounded(Double(count) * widthMultiplier) }

    /// The nearest multiple of eight that is no less than nine tenths.
    private static func rounded(_ count: Double) -> Int {
        let nearest = max(8, Int(count + 4) / 8 * 8)
        return Double(nearest) < 0.9 * count ? nearest + 8 : nearest
    }
}
