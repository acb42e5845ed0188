import TensorKernels

/// What one image's features are shaped like, and what they have cost so far.
struct ImageSizes {
    /// [height, width, channels] before pooling.
    var shape: [Int]
    /// See `FeatureBackbone.operations(belowCut:)`.
    var operations = 0

    init(shape: [Int]) { self.shape = shape }

    mutating func pass(_ convolution: ConvolutionShape) {
        operations += convolution.operations(height: shape[0], width: shape[1])
        let size = convolution.outputSize(height: shape[0], width: shape[1])
        shape = [size.height, size.width, convolution.outputs]
    }

    mutating func pool(_ windows: ImageWindows) {
        let size = windows.outputSize(height: shape[0], width: shape[1])
        shape = [size.height, size.width, shape[2]]
    }
}
