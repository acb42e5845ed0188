/// The shape of a residual network (He et al. 2015, arXiv:1512.03385).
public struct ResNetConfiguration: Sendable, Equatable {
    /// How an image enters and how a block's shortcut changes size.
    public enum Family: Sendable, Equatable {
        /// A 3 by 3 convolution; shortcuts without parameters (option A); the head is called `linear`.
        case cifar
        /// A 7 by 7 convolution of stride 2 and a pooling; projecting shortcuts; the head is called `fc`.
        case imageNet
    }

    public let name: String
    public let family: Family
    /// Blocks of each stage, `layer1` first.
    public let blockCounts: [Int]
    /// Blocks of three convolutions that end with four times the stage's width, or of two.
    public let hasBottlenecks: Bool
    /// Channels of the first stage; each further one has twice as many.
    public let width: Int
    /// Classes that the head tells apart; 0: there is no head.
    public var classCount: Int
    public var input: ImageInput

    /// Channels of the last stage, which pooling leaves.
    public var featureCount: Int {
        width << (blockCounts.count - 1) * (hasBottlenecks ? 4 : 1)
    }

    public var headName: String { family == .cifar ? "linear" : "fc" }

    /// Names that `named` knows.
    public static let knownNames = [
        "resnet18", "resnet20", "resnet32", "resnet34", "resnet44", "resnet50", "resnet56",
    ]

    /// The published network of this name, or `nil` where there is none.
    public static func named(_ name: String, classCount: Int, input: ImageInput) -> ResNetConfiguration? {
        func make(_ family: Family, _ blockCounts: [Int], hasBottlenecks: Bool = false) -> ResNetConfiguration
        {
            ResNetConfiguration(
                name: name, family: family, blockCounts: blockCounts, hasBottlenecks: hasBottlenecks,
                width: family == .cifar ? 16 : 64, classCount: classCount, input: input)
        }
        switch name {
        case "resnet18": return make(.imageNet, [2, 2, 2, 2])
        case "resnet34": return make(.imageNet, [3, 4, 6, 3])
        case "resnet50": return make(.imageNet, [3, 4, 6, 3], hasBottlenecks: true)
        case "resnet20": return make(.cifar, [3, 3, 3])
        case "resnet32": return make(.cifar, [5, 5, 5])
        case "resnet44": return make(.cifar, [7, 7, 7])
        case "resnet56": return make(.cifar, [9, 9, 9])
        default: return nil
        }
    }
}
