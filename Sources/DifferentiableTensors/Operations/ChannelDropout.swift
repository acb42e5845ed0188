import TensorKernels

extension Variable {
    /// Sets whole channels of images to zero with the given probability and scales the rest by
    /// 1 / (1 − probability): neighbouring pixels of a channel say nearly the same, so that dropping single ones
    /// hides nothing (Tompson et al. 2015, arXiv:1411.4280, as PyTorch's `Dropout2d`). Whether channel c of image i
    /// of `channels` is dropped depends on the key and element i · channels + c alone; the backward pass draws
    /// the same mask again instead of keeping it.
    /// - Precondition: self is [images, height, width, channels].
    /// - Parameter probability: 0 ..< 1.
    public func channelDropout(probability: Float, key: RandomKey) -> Variable {
        precondition(shape.count == 4, "channels of shape \(shape), not [images, height, width, channels]")
        precondition(probability >= 0 && probability < 1, "dropout probability \(probability)")
        guard probability > 0 else { return self }
        let mask = DropoutMask(probability: probability, key: key.bits)
        return Variable(
            recording: value.channelsDroppedOut(mask), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(upstream.channelsDroppedOut(mask)) })
    }
}
