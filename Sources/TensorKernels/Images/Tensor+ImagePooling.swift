import CTensorKernels

extension Tensor {
    /// The largest of each window of images [images, height, width, channels]; padding never wins.
    /// - Parameter keepsWinners: whether a gradient will be asked for.
    /// - Precondition: the padding is less than the window, so that none lies in it altogether.
    public func maximumPooled(
        _ windows: ImageWindows, keepsWinners: Bool = false
    ) -> (result: Tensor, winners: Tensor?) {
        precondition(windows.padding < min(windows.height, windows.width), "padding \(windows.padding)")
        let result = Tensor(uninitialized: pooledShape(windows))
        let winners = keepsWinners ? Tensor(uninitialized: result.shape) : nil
        var size = over(windows)
        for image in 0..<shape[0] {
            let range = image..<image + 1
            withOptionalPointer(winners?.rows(range)) { winners in
                withPointers(rows(range), result.rows(range)) { graft_max_pool($0, &size, $1, winners) }
            }
        }
        return (result, winners)
    }

    /// The gradient of the images, self being that of the pooled ones.
    public func maximumPoolingGradient(
        _ windows: ImageWindows, winners: Tensor, imageShape: [Int]
    ) -> Tensor {
        winners.requireShape(shape, "winners of pooling")
        let gradient = Tensor.zeros(imageShape)
        var size = gradient.over(windows)
        for image in 0..<shape[0] {
            let range = image..<image + 1
            withPointers(rows(range), winners.rows(range), gradient.rows(range)) {
                graft_max_pool_gradient($0, $1, &size, $2)
            }
        }
        return gradient
    }

    /// The mean of each window of images [images, height, width, channels].
    /// - Parameter countsPadding: whether padding counts as zeros, as by default in PyTorch; it is left out of
    ///   the mean otherwise.
    public func averagePooled(_ windows: ImageWindows, countsPadding: Bool = true) -> Tensor {
        let result = Tensor(uninitialized: pooledShape(windows))
        var size = over(windows)
        for image in 0..<shape[0] {
            withPointers(rows(image..<image + 1), result.rows(image..<image + 1)) {
                graft_average_pool($0, &size, countsPadding ? 1 : 0, $1)
            }
        }
        return result
    }

    /// The gradient of the images, self being that of the pooled ones.
    public func averagePoolingGradient(
        _ windows: ImageWindows, countsPadding: Bool = true, imageShape: [Int]
    ) -> Tensor {
        let gradient = Tensor.zeros(imageShape)
        var size = gradient.over(windows)
        for image in 0..<shape[0] {
            withPointers(rows(image..<image + 1), gradient.rows(image..<image + 1)) {
                graft_average_pool_gradient($0, &size, countsPadding ? 1 : 0, $1)
            }
        }
        return gradient
    }

    private func over(_ windows: ImageWindows) -> GraftWindows {
        precondition(shape.count == 4, "images of shape \(shape), not [images, height, width, channels]")
        return windows.over(height: shape[1], width: shape[2], channels: shape[3])
    }

    private func pooledShape(_ windows: ImageWindows) -> [Int] {
        let size = over(windows)
        return [shape[0], size.out_height, size.out_width, shape[3]]
    }
}
