import CTensorKernels

/// A convolution's weight in the order that products need.
public struct PackedConvolutionWeight {
    public let shape: ConvolutionShape
    /// [outputs, places · inputs / groups]; of depthwise convolutions [places, channels].
    let matrix: Tensor
    /// For Winograd's way, where it is taken: [36, outputs, inputs].
    let planes: Tensor?

    /// - Parameter weight: [outputs, inputs / groups, height, width].
    public init(_ weight: Tensor, _ shape: ConvolutionShape) {
        weight.requireShape(shape.weightShape, "convolution weight")
        let places = shape.kernelHeight * shape.kernelWidth
        if places == 1 {
            self.init(shape, matrix: weight.reshaped(shape.packedShape))
            return
        }
        let matrix = Tensor(uninitialized: shape.packedShape)
        let isDepthwise = shape.isDepthwise
        withPointers(weight, matrix) {
            graft_kernel_to_channels_last(
                $0, $1, isDepthwise ? 1 : shape.outputs, isDepthwise ? shape.inputs : shape.groupInputs,
                places)
        }
        self.init(shape, matrix: matrix)
    }

    private init(_ shape: ConvolutionShape, matrix: Tensor) {
        self.shape = shape
        self.matrix = matrix
        planes = shape.usesWinograd ? WinogradConvolution.planes(of: matrix, shape) : nil
    }

    /// The weight of the convolution that carries the gradient back; `nil` where a stride or groups make it
    /// another kind of sum.
    func mirrored() -> PackedConvolutionWeight? {
        guard let mirrored = shape.mirrored else { return nil }
        let places = shape.kernelHeight * shape.kernelWidth
        let result = Tensor(uninitialized: mirrored.packedShape)
        withPointers(matrix, result) { graft_mirror_kernel($0, $1, shape.outputs, shape.inputs, places) }
        return PackedConvolutionWeight(mirrored, matrix: result)
    }
}

extension ConvolutionShape {
    /// Of a weight in the order that products need.
    var packedShape: [Int] {
        isDepthwise ? [kernelHeight * kernelWidth, inputs] : [outputs, patchLength]
    }

    /// Fewer channels than this and the transforms cost more than they save.
    private static let fewestWinogradChannels = 8

    var usesWinograd: Bool {
        kernelHeight == 3 && kernelWidth == 3 && stride == 1 && groups == 1
            && min(inputs, outputs) >= Self.fewestWinogradChannels
    }

    /// The convolution that carries this one's gradient back, by the mirrored kernel; `nil` where a stride or
    /// groups make it another kind of sum.
    var mirrored: ConvolutionShape? {
        guard stride == 1, groups == 1, kernelHeight == kernelWidth, padding < kernelHeight else {
            return nil
        }
        return ConvolutionShape(
            inputs: outputs, outputs: inputs, kernelHeight: kernelHeight, kernelWidth: kernelWidth,
            padding: kernelHeight - 1 - padding)
    }
}
