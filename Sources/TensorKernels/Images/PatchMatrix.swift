import CTensorKernels

/// The patches of images as rows of a matrix, gathered a stretch at a time: a convolution is the product of
/// this matrix and the weights.
struct PatchMatrix {
    let images: Tensor
    let shape: ConvolutionShape
    let windows: GraftWindows
    /// Patches of one image.
    let pixels: Int

    /// Elements of a stretch's patches and products that should stay in the processor's cache together.
    private static let stretchElements = 1 << 19
    /// Fewer rows than this and preparing the weights again costs more than the cache gains.
    private static let fewestRows = 512

    init(_ images: Tensor, _ shape: ConvolutionShape) {
        self.images = images
        self.shape = shape
        windows = shape.windows(height: images.shape[1], width: images.shape[2])
        pixels = windows.out_height * windows.out_width
    }

    var rowCount: Int { images.shape[0] * pixels }

    /// Rows of a stretch, all but the last.
    var stretchRows: Int {
        max(Self.fewestRows, Self.stretchElements / (shape.patchLength + shape.groupOutputs))
    }

    /// Even stretches of some rows.
    func stretches(of rows: Range<Int>) -> [Range<Int>] {
        guard !rows.isEmpty else { return [] }
        let count = (rows.count + stretchRows - 1) / stretchRows
        return (0..<count).map { index in
            rows.lowerBound + rows.count * index / count..<rows.lowerBound + rows.count * (index + 1) / count
        }
    }

    /// The patches of some rows: the images themselves where that is the same.
    func rows(_ rows: Range<Int>, group: Int, buffer: Tensor) -> Tensor {
        if shape.isPlain { return images.reshaped([rowCount, shape.inputs]).rows(rows) }
        let patches = buffer.rows(0..<rows.count)
        eachImage(rows) { image, within, place in
            withPointers(images, patches) { images, patches in
                var windows = windows
                let image = images + image * self.images.count / self.images.shape[0]
                let target = patches + place * shape.patchLength
                if shape.isPointwise, within.count == pixels {
                    graft_gather_pixels(image, &windows, target)
                } else {
                    graft_gather_patches(
                        image, &windows, group * shape.groupInputs, shape.groupInputs, within.lowerBound,
                        within.count, target)
                }
            }
        }
        return patches
    }

    /// Adds to `gradient`, shaped as the images, what patches [rows, patchLength] say.
    func scatter(_ patches: Tensor, rows: Range<Int>, group: Int, into gradient: Tensor) {
        eachImage(rows) { image, within, place in
            withPointers(gradient, patches) { gradient, patches in
                var windows = windows
                graft_scatter_patches(
                    patches + place * shape.patchLength, &windows, group * shape.groupInputs,
                    shape.groupInputs, within.lowerBound, within.count,
                    gradient + image * images.count / images.shape[0])
            }
        }
    }

    func makeBuffer() -> Tensor {
        Tensor(uninitialized: [shape.isPlain ? 0 : min(rowCount, stretchRows), shape.patchLength])
    }

    /// Calls `body` with each image, its patches that belong to the rows, and their place in the stretch.
    private func eachImage(_ rows: Range<Int>, _ body: (Int, Range<Int>, Int) -> Void) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            let image = row / pixels
            let end = min(rows.upperBound, (image + 1) * pixels)
            body(image, row - image * pixels..<end - image * pixels, row - rows.lowerBound)
            row = end
        }
    }
}
