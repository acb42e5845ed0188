import TensorKernels

extension Variable {
    /// The largest of each window of images [images, height, width, channels]; padding never wins.
    public func maximumPooled(_ windows: ImageWindows) -> Variable {
        let (result, winners) = value.maximumPooled(windows, keepsWinners: requiresGradient)
        guard let winners else { return Variable(result) }
        return Variable(
            recording: result, inputs: [self],
            pullback: { [slot = gradientSlot, imageShape = shape] upstream in
                slot?.add(
                    upstream.maximumPoolingGradient(windows, winners: winners, imageShape: imageShape))
            })
    }

    /// The mean of each window of images [images, height, width, channels].
    /// - Parameter countsPadding: whether padding counts as zeros; left out of the mean otherwise.
    public func averagePooled(_ windows: ImageWindows, countsPadding: Bool = true) -> Variable {
        Variable(
            recording: value.averagePooled(windows, countsPadding: countsPadding), inputs: [self],
            pullback: { [slot = gradientSlot, imageShape = shape] upstream in
                slot?.add(
                    upstream.averagePoolingGradient(
                        windows, countsPadding: countsPadding, imageShape: imageShape))
            })
    }

    /// The mean over all pixels of each image: [images, height, width, channels] to [images, channels].
    public func globallyAveragePooled() -> Variable {
        let pixels = shape[1] * shape[2]
        let layout = SequenceLayout(lengths: Array(repeating: pixels, count: shape[0]))
        return reshaped([shape[0] * pixels, shape[3]]).meanOverSequences(layout)
    }

    /// The shortcut without parameters of CIFAR ResNets (He et al. 2015, option A): every stride-th pixel,
    /// and channels of zeros, half of them before the image's own and half behind.
    /// - Parameter channels: at least the image's, the difference even.
    public func zeroPaddedShortcut(stride: Int, channels: Int) -> Variable {
        Variable(
            recording: value.zeroPaddedShortcut(stride: stride, channels: channels), inputs: [self],
            pullback: { [slot = gradientSlot, imageShape = shape] upstream in
                slot?.add(upstream.zeroPaddedShortcutGradient(stride: stride, imageShape: imageShape))
            })
    }
}
