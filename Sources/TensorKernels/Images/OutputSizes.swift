extension ImageWindows {
    /// How many windows an image of this size has, along each axis.
    public func outputSize(height imageHeight: Int, width imageWidth: Int) -> (height: Int, width: Int) {
        (count(imageHeight, height), count(imageWidth, width))
    }
}

extension ConvolutionShape {
    /// Size of the result for an image of this size.
    public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
        ImageWindows(kernelHeight, kernelWidth, stride: stride, padding: padding)
            .outputSize(height: height, width: width)
    }
}
