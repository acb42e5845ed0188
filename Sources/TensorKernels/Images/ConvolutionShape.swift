import CTensorKernels

/// The sizes of a two-dimensional convolution, the same stride and padding along both axes.
///
/// Images are tensors [images, height, width, channels]; weights are as PyTorch stores them,
/// [outputs, inputs / groups, kernel height, kernel width].
public struct ConvolutionShape: Sendable, Hashable {
    public let inputs: Int
    public let outputs: Int
    public let kernelHeight: Int
    public let kernelWidth: Int
    public let stride: Int
    /// Zeros around the image, in pixels on each side.
    public let padding: Int
    /// Parts of the channels that do not see each other; divides `inputs` and `outputs`.
    public let groups: Int

    public init(
        inputs: Int, outputs: Int, kernelHeight: Int, kernelWidth: Int, stride: Int = 1, padding: Int = 0,
        groups: Int = 1
    ) {
        precondition(inputs > 0 && outputs > 0 && kernelHeight > 0 && kernelWidth > 0, "empty convolution")
        precondition(stride > 0 && padding >= 0 && groups > 0, "stride \(stride), padding \(padding)")
        precondition(inputs % groups == 0 && outputs % groups == 0, "\(groups) groups of \(inputs) channels")
        self.inputs = inputs
        self.outputs = outputs
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.stride = stride
        self.padding = padding
        self.groups = groups
    }

    public var weightShape: [Int] { [outputs, groupInputs, kernelHeight, kernelWidth] }

    /// One filter a channel.
    public var isDepthwise: Bool { groups > 1 && groups == inputs && groups == outputs }

    /// Multiplications and additions for one image of this size.
    public func operations(height: Int, width: Int) -> Int {
        let size = windows(height: height, width: width)
        return 2 * size.out_height * size.out_width * outputs * patchLength
    }

    var groupInputs: Int { inputs / groups }
    var groupOutputs: Int { outputs / groups }

    /// Elements of one group's window.
    var patchLength: Int { kernelHeight * kernelWidth * groupInputs }

    /// The rows of the image matrix are the patches.
    var isPlain: Bool { isPointwise && stride == 1 }

    /// A 1 by 1 kernel over all channels.
    var isPointwise: Bool { kernelHeight == 1 && kernelWidth == 1 && padding == 0 && groups == 1 }

    func windows(height: Int, width: Int) -> GraftWindows {
        ImageWindows(kernelHeight, kernelWidth, stride: stride, padding: padding)
            .over(height: height, width: width, channels: inputs)
    }

    func outputShape(_ input: [Int]) -> [Int] {
        precondition(
            input.count == 4 && input[3] == inputs, "images of shape \(input), not [_, _, _, \(inputs)]")
        let size = windows(height: input[1], width: input[2])
        return [input[0], size.out_height, size.out_width, outputs]
    }
}

/// A window that moves over an image.
public struct ImageWindows: Sendable, Hashable {
    public let height: Int
    public let width: Int
    public let stride: Int
    /// In pixels on each side.
    public let padding: Int

    public init(_ height: Int, _ width: Int, stride: Int, padding: Int = 0) {
        precondition(height > 0 && width > 0 && stride > 0 && padding >= 0, "window \(height) by \(width)")
        self.height = height
        self.width = width
        self.stride = stride
        self.padding = padding
    }

    /// Windows along one axis: those that lie within the padded image.
    func count(_ length: Int, _ window: Int) -> Int {
        max(0, (length + 2 * padding - window) / stride + (length + 2 * padding >= window ? 1 : 0))
    }

    func over(height imageHeight: Int, width imageWidth: Int, channels: Int) -> GraftWindows {
        GraftWindows(
            height: imageHeight, width: imageWidth, channels: channels, kernel_height: height,
            kernel_width: width, stride: stride, padding: padding, out_height: count(imageHeight, height),
            out_width: count(imageWidth, width))
    }
}
