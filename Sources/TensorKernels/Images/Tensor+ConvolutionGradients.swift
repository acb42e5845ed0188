import CTensorKernels

extension Tensor {
    /// Adds to `target`, or writes, the gradient of a convolution's images.
    /// - Parameters:
    ///   - self: gradient of the result, [images, height, width, outputs].
    ///   - target: [images, height, width, inputs].
    public func convolutionImageGradient(
        _ weight: PackedConvolutionWeight, into target: Tensor, adds: Bool
    ) {
        let shape = weight.shape
        requireShape(shape.outputShape(target.shape), "gradient of a convolution")
        if !adds, count == 0 || !shape.isPlain && shape.mirrored == nil { target.fill(0) }
        guard count > 0 else { return }
        let patches = PatchMatrix(target, shape)
        if shape.isDepthwise {
            eachImage(target) { upstream, target in
                withPointers(upstream, weight.matrix, target) {
                    var windows = patches.windows
                    graft_depthwise_gradient($0, nil, &windows, $1, $2, nil)
                }
            }
            return
        }
        let flat = reshaped([patches.rowCount, shape.outputs])
        if shape.isPlain {
            let matrix = target.reshaped([patches.rowCount, shape.inputs])
            matrixProduct(flat, weight.matrix, into: matrix, adds: adds)
            return
        }
        if let mirrored = weight.mirrored() {
            // The patches of the gradient are read once and the result is narrow: less memory than to write the
            // patches' gradient and to add it up.
            if adds {
                target.addInPlace(convolved(mirrored))
            } else {
                convolve(mirrored, into: target)
            }
            return
        }
        let buffer = patches.makeBuffer()
        let (length, outputs) = (shape.patchLength, shape.groupOutputs)
        for stretch in patches.stretches(of: 0..<patches.rowCount) {
            for group in 0..<shape.groups {
                let part = buffer.rows(0..<stretch.count)
                withPointers(flat.rows(stretch), weight.matrix, part) { upstream, weight, part in
                    sgemm(
                        false, false, stretch.count, length, outputs, 1, upstream + group * outputs,
                        shape.outputs, weight + group * outputs * length, length, 0, part, length)
                }
                patches.scatter(part, rows: stretch, group: group, into: target)
            }
        }
    }

    /// Adds to `target`, or writes, the gradient of a convolution's weight, in PyTorch's order.
    /// - Parameters:
    ///   - self: gradient of the result, [images, height, width, outputs].
    ///   - images: what was convolved.
    public func convolutionWeightGradient(
        _ shape: ConvolutionShape, images: Tensor, into target: Tensor, adds: Bool
    ) {
        requireShape(shape.outputShape(images.shape), "gradient of a convolution")
        target.requireShape(shape.weightShape, "gradient of a convolution's weight")
        let packed = Tensor.zeros(shape.packedShape)
        if count > 0 { addPackedWeightGradient(shape, images: images, into: packed) }
        let isDepthwise = shape.isDepthwise
        withPointers(packed, target) {
            graft_kernel_from_channels_last(
                $0, $1, isDepthwise ? 1 : shape.outputs, isDepthwise ? shape.inputs : shape.groupInputs,
                shape.kernelHeight * shape.kernelWidth, adds ? 1 : 0)
        }
    }

    private func addPackedWeightGradient(_ shape: ConvolutionShape, images: Tensor, into packed: Tensor) {
        let patches = PatchMatrix(images, shape)
        if shape.isDepthwise {
            eachImage(images) { upstream, image in
                withPointers(upstream, image, packed) {
                    var windows = patches.windows
                    graft_depthwise_gradient($0, $1, &windows, nil, nil, $2)
                }
            }
            return
        }
        if shape.usesWinograd {
            let winograd = WinogradWeightGradient(upstream: self, images: images, shape)
            if winograd.isWorthwhile { return winograd.add(to: packed) }
        }
        let flat = reshaped([patches.rowCount, shape.outputs])
        let buffer = patches.makeBuffer()
        let (length, outputs) = (shape.patchLength, shape.groupOutputs)
        for stretch in patches.stretches(of: 0..<patches.rowCount) {
            for group in 0..<shape.groups {
                let matrix = patches.rows(stretch, group: group, buffer: buffer)
                withPointers(flat.rows(stretch), matrix, packed) { upstream, matrix, packed in
                    sgemm(
                        true, false, outputs, length, stretch.count, 1, upstream + group * outputs,
                        shape.outputs, matrix, length, 1, packed + group * outputs * length, length)
                }
            }
        }
    }

    private func eachImage(_ other: Tensor, _ body: (Tensor, Tensor) -> Void) {
        for image in 0..<shape[0] { body(rows(image..<image + 1), other.rows(image..<image + 1)) }
    }
}
