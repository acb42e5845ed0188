/// How training images are varied, so that a model sees more than it was given. What is drawn for a view of an
/// image follows from the job's seed, the image's content and the view's number alone.
public struct ImageAugmentation: Codable, Sendable, Equatable {
    /// Pixels of padding on every side, of which a window of the input's size is cut at a random place; 0: none.
    public var crop: Int
    /// Whether every other view, by chance, is mirrored left to right.
    public var flip: Bool
    /// Brightness, contrast and saturation are each scaled by a factor from 1 - `colour` to 1 + `colour`.
    public var colour: Float
    /// Different views of each training image that a frozen part is run on, and cached for: epoch e shows view e modulo
    /// this. Where nothing is frozen, every epoch shows another one.
    public var views: Int

    public init(crop: Int = 0, flip: Bool = false, colour: Float = 0, views: Int = 4) {
        self.crop = crop
        self.flip = flip
        self.colour = colour
        self.views = views
    }
}
