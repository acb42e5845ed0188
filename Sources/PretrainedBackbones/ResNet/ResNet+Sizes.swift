import TensorKernels

extension ResNet {
    public func featureShape(belowCut cut: Int) -> [Int] { sizes(belowCut: cut).shape }

    public func operations(belowCut cut: Int) -> Int { sizes(belowCut: cut).operations }

    /// Follows an image's size through the parts.
    private func sizes(belowCut cut: Int) -> ImageSizes {
        var sizes = ImageSizes(shape: [input.height, input.width, 3])
        guard cut > 0 else { return sizes }
        sizes.pass(stem.shape)
        if configuration.family == .imageNet { sizes.pool(Self.stemPooling) }
        for (_, block) in blocks.prefix(cut - 1) {
            var shortcut = sizes
            for convolution in block.convolutions { sizes.pass(convolution.shape) }
            guard case .projection(let convolution, _) = block.shortcut else { continue }
            let before = shortcut.operations
            shortcut.pass(convolution.shape)
            sizes.operations += shortcut.operations - before
        }
        if cut == cutNames.count { sizes.shape = [featureCount] }
        return sizes
    }
}
