import CTensorKernels

/// What follows a convolution, while its result is in the cache.
public struct ConvolutionEnding {
    /// [outputs]
    public var bias: Tensor?
    /// Shaped as the result.
    public var residual: Tensor?
    public var rectifier: Rectifier?

    public init(bias: Tensor? = nil, residual: Tensor? = nil, rectifier: Rectifier? = nil) {
        self.bias = bias
        self.residual = residual
        self.rectifier = rectifier
    }

    var isEmpty: Bool { bias == nil && residual == nil && rectifier == nil }
}

extension Tensor {
    /// The convolution of images [images, height, width, inputs] by a packed weight.
    /// - Parameters:
    ///   - independently: whether an image's bits must not depend on the other images of the batch.
    ///   - exactly: whether sums are plain ones: Winograd's are faster and less exact.
    /// - Returns: [images, height, width, outputs].
    public func convolved(
        _ weight: PackedConvolutionWeight, ending: ConvolutionEnding = ConvolutionEnding(),
        independently: Bool = false, exactly: Bool = false
    ) -> Tensor {
        let result = Tensor(uninitialized: weight.shape.outputShape(shape))
        convolve(weight, ending: ending, independently: independently, exactly: exactly, into: result)
        return result
    }

    /// The same, written into `result`.
    func convolve(
        _ weight: PackedConvolutionWeight, ending: ConvolutionEnding = ConvolutionEnding(),
        independently: Bool = false, exactly: Bool = false, into result: Tensor
    ) {
        let shape = weight.shape
        result.requireShape(shape.outputShape(self.shape), "result of a convolution")
        ending.bias?.requireCount(shape.outputs, "bias of a convolution")
        ending.residual?.requireShape(result.shape, "residual of a convolution")
        guard result.count > 0 else { return }
        let patches = PatchMatrix(self, shape)
        let flat = result.reshaped([patches.rowCount, shape.outputs])
        let residual = ending.residual?.reshaped(flat.shape)
        func finish(_ rows: Range<Int>) {
            guard !ending.isEmpty else { return }
            flat.rows(rows).rectifyInPlace(
                adding: ending.bias, residual: residual?.rows(rows), by: ending.rectifier)
        }
        if shape.isDepthwise {
            for image in 0..<self.shape[0] {
                withPointers(rows(image..<image + 1), weight.matrix, result.rows(image..<image + 1)) {
                    var windows = patches.windows
                    graft_depthwise($0, &windows, $1, $2)
                }
                finish(image * patches.pixels..<(image + 1) * patches.pixels)
            }
            return
        }
        if let planes = weight.planes, !exactly {
            WinogradConvolution(self, shape, planes: planes)
                .run(into: result, independently: independently, finish: finish)
            return
        }
        let buffer = patches.makeBuffer()
        let isTogether =
            !independently
            || ConvolutionRows.areIndependent(
                inner: shape.patchLength, outputs: shape.groupOutputs, rows: patches.pixels)
        let parts =
            isTogether
            ? [0..<patches.rowCount]
            : (0..<self.shape[0]).map { $0 * patches.pixels..<($0 + 1) * patches.pixels }
        for stretch in parts.flatMap(patches.stretches) {
            for group in 0..<shape.groups {
                let matrix = patches.rows(stretch, group: group, buffer: buffer)
                multiply(matrix, weight.matrix, shape, group: group, into: flat.rows(stretch))
            }
            finish(stretch)
        }
    }

    private func multiply(
        _ patches: Tensor, _ weight: Tensor, _ shape: ConvolutionShape, group: Int, into target: Tensor
    ) {
        let (length, outputs, rowCount) = (shape.patchLength, shape.groupOutputs, target.shape[0])
        withPointers(patches, weight, target) { patches, weight, target in
            sgemm(
                false, true, rowCount, outputs, length, 1, patches, length,
                weight + group * outputs * length, length, 0, target + group * outputs, shape.outputs)
        }
    }
}
