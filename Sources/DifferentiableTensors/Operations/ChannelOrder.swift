import TensorKernels

extension Variable {
    /// Images [images, height, width, channels] as rows of numbers in the order that PyTorch flattens them in:
    /// channel by channel.
    /// - Returns: [images, channels · height · width].
    public func flattenedByChannel() -> Variable {
        Variable(
            recording: value.flattenedByChannel(), inputs: [self],
            pullback: { [slot = gradientSlot, imageShape = shape] upstream in
                slot?.add(upstream.imagesOfFlattened(shape: imageShape))
            })
    }
}
