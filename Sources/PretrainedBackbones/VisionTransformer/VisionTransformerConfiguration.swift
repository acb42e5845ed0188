import TensorKernels

/// The shape of a vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929; Touvron et al. 2021,
/// arXiv:2012.12877), in the layout of either library.
public struct VisionTransformerConfiguration: Sendable, Equatable {
    /// Whose names the weights have.
    public enum Layout: Sendable, Equatable {
        case timm
        case transformers
    }

    public var layout: Layout
    /// "vit_tiny_patch16_224", or the `model_type` of transformers: "vit", "deit".
    public var name: String
    /// Its size is a multiple of the patch's.
    public var input: ImageInput
    public var patchSize: Int
    public var hiddenSize: Int
    public var layerCount: Int
    public var headCount: Int
    public var intermediateSize: Int
    public var activation: Activation
    public var layerNormEpsilon: Float
    /// Whether a distillation token stands behind the class token.
    public var hasDistillationToken: Bool
    /// Drop probabilities in training.
    public var hiddenDropout: Float = 0
    public var attentionDropout: Float = 0
    /// Standard deviation of random weights.
    public var initializerRange: Float = 0.02

    /// Patches along each axis.
    public var grid: (height: Int, width: Int) { (input.height / patchSize, input.width / patchSize) }

    /// Tokens that stand before the patches'.
    public var leadingTokens: Int { hasDistillationToken ? 2 : 1 }

    /// Tokens of an image.
    public var tokenCount: Int { grid.height * grid.width + leadingTokens }

    /// Checks what both layouts must keep.
    func check(_ source: ConfigurationFile) throws {
        guard input.height % patchSize == 0, input.width % patchSize == 0 else {
            throw source.malformed(
                "images of \(input.height) by \(input.width) are no multiple of patches of \(patchSize)")
        }
        guard hiddenSize % headCount == 0 else {
            throw source.malformed("\(headCount) heads do not divide \(hiddenSize) columns")
        }
    }
}
