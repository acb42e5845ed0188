extension Tensor {
    /// Every stride-th pixel of images [images, height, width, channels], with channels of zeros before and
    /// behind their own.
    /// - Parameter channels: at least the images', the difference even.
    public func zeroPaddedShortcut(stride: Int, channels: Int) -> Tensor {
        let size = shortcutSize(stride: stride, channels: channels)
        let result = Tensor.zeros([shape[0], size.height, size.width, channels])
        eachShortcutPixel(size, stride: stride, channels: channels) { image, place in
            withPointers(self, result) { ($1 + place).update(from: $0 + image, count: shape[3]) }
        }
        return result
    }

    /// The gradient of the images, self being that of the shortcut's result.
    public func zeroPaddedShortcutGradient(stride: Int, imageShape: [Int]) -> Tensor {
        let gradient = Tensor.zeros(imageShape)
        let size = gradient.shortcutSize(stride: stride, channels: columnCount)
        gradient.eachShortcutPixel(size, stride: stride, channels: columnCount) { image, place in
            withPointers(gradient, self) { ($0 + image).update(from: $1 + place, count: imageShape[3]) }
        }
        return gradient
    }

    private func shortcutSize(stride: Int, channels: Int) -> (height: Int, width: Int) {
        precondition(shape.count == 4 && stride > 0, "shortcut of images of shape \(shape)")
        precondition(channels >= shape[3] && (channels - shape[3]) % 2 == 0, "\(shape[3]) to \(channels)")
        return ((shape[1] + stride - 1) / stride, (shape[2] + stride - 1) / stride)
    }

    /// Calls `body` with the offsets of a pixel and of its place in the result.
    private func eachShortcutPixel(
        _ size: (height: Int, width: Int), stride: Int, channels: Int, _ body: (Int, Int) -> Void
    ) {
        var place = (channels - shape[3]) / 2
        for image in 0..<shape[0] {
            for y in 0..<size.height {
                for x in 0..<size.width {
                    body(((image * shape[1] + y * stride) * shape[2] + x * stride) * shape[3], place)
                    place += channels
                }
            }
        }
    }
}
