import CTensorKernels

/// The weight's gradient of a 3 by 3 convolution of stride 1, by the transposes of Winograd's F(4×4, 3×3): with
/// Y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A it is Gᵀ[Σ over tiles of (A dY Aᵀ) ⊙ (Bᵀ x B)]G. The sum over tiles is one
/// product for each of 36 places.
struct WinogradWeightGradient {
    /// [images, height, width, outputs]
    let upstream: Tensor
    /// [images, height, width, inputs]
    let images: Tensor
    private let shape: ConvolutionShape
    private let windows: GraftWindows
    private let tilesOfImage: Int

    /// Elements of a stretch's transforms that should stay in the processor's cache together.
    private static let stretchElements = 1 << 18
    /// With fewer tiles than this the products are too short to pay for the transforms.
    private static let fewestTiles = 64

    init(upstream: Tensor, images: Tensor, _ shape: ConvolutionShape) {
        self.upstream = upstream
        self.images = images
        self.shape = shape
        windows = shape.windows(height: images.shape[1], width: images.shape[2])
        tilesOfImage = (windows.out_height + 3) / 4 * ((windows.out_width + 3) / 4)
    }

    var isWorthwhile: Bool { images.shape[0] * tilesOfImage >= Self.fewestTiles }

    /// Adds the gradient to a packed weight, [outputs, 9 · inputs].
    func add(to packed: Tensor) {
        let (inputs, outputs) = (shape.inputs, shape.outputs)
        let tiles = max(Self.fewestTiles, Self.stretchElements / (36 * (inputs + outputs)))
        let sums = Tensor.zeros([36, outputs, inputs])
        let left = Tensor(uninitialized: [36, tiles, outputs])
        let right = Tensor(uninitialized: [36, tiles, inputs])
        let all = images.shape[0] * tilesOfImage
        for start in stride(from: 0, to: all, by: tiles) {
            let stretch = start..<min(start + tiles, all)
            transform(stretch, left: left, right: right)
            withPointers(left, right, sums) { left, right, sums in
                for plane in 0..<36 {
                    sgemm(
                        true, false, outputs, inputs, stretch.count, 1, left + plane * tiles * outputs,
                        outputs, right + plane * tiles * inputs, inputs, 1,
                        sums + plane * outputs * inputs, inputs)
                }
            }
        }
        withPointers(sums, packed) { graft_winograd_weight_gradient($0, $1, outputs, inputs) }
    }

    private func transform(_ stretch: Range<Int>, left: Tensor, right: Tensor) {
        let upstreamSize = upstream.count / upstream.shape[0]
        let imageSize = images.count / images.shape[0]
        var tile = stretch.lowerBound
        while tile < stretch.upperBound {
            let image = tile / tilesOfImage
            let end = min(stretch.upperBound, (image + 1) * tilesOfImage)
            let (first, count, place) = (tile - image * tilesOfImage, end - tile, tile - stretch.lowerBound)
            withPointers(upstream, left) {
                var windows = windows
                graft_winograd_upstream(
                    $0 + image * upstreamSize, &windows, shape.outputs, first, count,
                    $1 + place * shape.outputs, left.shape[1] * shape.outputs)
            }
            withPointers(images, right) {
                var windows = windows
                graft_winograd_inputs(
                    $0 + image * imageSize, &windows, first, count, $1 + place * shape.inputs,
                    right.shape[1] * shape.inputs)
            }
            tile = end
        }
    }
}
