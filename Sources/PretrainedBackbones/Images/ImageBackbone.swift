/// A pretrained network for images [images, height, width, 3]. Features on the way are
/// [height, width, channels] of an image or, in transformers, [tokens, columns]; the last part's are pooled,
/// [columns].
public protocol ImageBackbone: FeatureBackbone {
    /// Size and normalisation of the images it expects.
    var input: ImageInput { get }
}
