import DifferentiableTensors

/// Dropout of whole channels of images in training; nothing in evaluation.
public final class ChannelDropout: Module {
    /// 0 ..< 1.
    public let probability: Float

    public init(probability: Float) { self.probability = probability }

    /// - Parameter x: [images, height, width, channels].
    public func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        guard context.isTraining, probability > 0 else { return x }
        return x.channelDropout(probability: probability, key: context.nextKey())
    }
}
