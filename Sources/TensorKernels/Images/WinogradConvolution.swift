import CTensorKernels

/// A 3 by 3 convolution of stride 1 by Winograd's F(4×4, 3×3) (Lavin and Gray 2015, arXiv:1509.09308): a quarter
/// of the multiplications, and less memory than patches need. Errors are 3 to 30 times those of plain sums,
/// up to 1e-5 of the largest result (docs/decisions/0007).
struct WinogradConvolution {
    let images: Tensor
    let shape: ConvolutionShape
    /// [36, outputs, inputs]
    let planes: Tensor
    private let windows: GraftWindows
    /// Tiles along and across an image of results.
    private let tileRows: Int
    private let tileColumns: Int

    private static let stretchElements = 1 << 19
    private static let fewestTiles = 128

    init(_ images: Tensor, _ shape: ConvolutionShape, planes: Tensor) {
        self.images = images
        self.shape = shape
        self.planes = planes
        windows = shape.windows(height: images.shape[1], width: images.shape[2])
        tileRows = (windows.out_height + 3) / 4
        tileColumns = (windows.out_width + 3) / 4
    }

    static func planes(of matrix: Tensor, _ shape: ConvolutionShape) -> Tensor {
        let planes = Tensor(uninitialized: [36, shape.outputs, shape.inputs])
        withPointers(matrix, planes) { graft_winograd_weights($0, $1, shape.outputs, shape.inputs) }
        return planes
    }

    /// Computes all results, a stretch of tile rows at a time.
    /// - Parameter finish: called with the rows of `result`, as a matrix of pixels, that are there.
    func run(into result: Tensor, independently: Bool, finish: (Range<Int>) -> Void) {
        let leastRows =
            independently ? ConvolutionRows.fewestRows(outputs: shape.outputs) : 1
        let isTogether =
            !independently
            || ConvolutionRows.areIndependent(inner: shape.inputs, outputs: shape.outputs, rows: leastRows)
        let images = images.shape[0]
        let parts =
            isTogether
            ? [0..<images * tileRows] : (0..<images).map { $0 * tileRows..<($0 + 1) * tileRows }
        let tiles = max(Self.fewestTiles, Self.stretchElements / (36 * (shape.inputs + shape.outputs)))
        let rowsAtOnce = max(1, tiles / tileColumns)
        let capacity = max(leastRows, min(rowsAtOnce, images * tileRows) * tileColumns)
        let inputs = Tensor(uninitialized: [36, capacity, shape.inputs])
        let products = Tensor(uninitialized: [36, capacity, shape.outputs])
        if independently { inputs.fill(0) }
        for part in parts {
            for start in stride(from: part.lowerBound, to: part.upperBound, by: rowsAtOnce) {
                let rows = start..<min(start + rowsAtOnce, part.upperBound)
                transformInputs(rows, into: inputs)
                multiply(inputs, into: products, rowCount: max(leastRows, rows.count * tileColumns))
                transformOutputs(rows, products, into: result, finish: finish)
            }
        }
    }

    private func transformInputs(_ rows: Range<Int>, into target: Tensor) {
        let size = images.count / images.shape[0]
        eachImage(rows) { image, tiles, place in
            withPointers(images, target) {
                var windows = windows
                graft_winograd_inputs(
                    $0 + image * size, &windows, tiles.lowerBound, tiles.count, $1 + place * shape.inputs,
                    target.shape[1] * shape.inputs)
            }
        }
    }

    private func multiply(_ inputs: Tensor, into products: Tensor, rowCount: Int) {
        let (inner, outputs, capacity) = (shape.inputs, shape.outputs, inputs.shape[1])
        withPointers(inputs, planes, products) { inputs, planes, products in
            for plane in 0..<36 {
                sgemm(
                    false, true, rowCount, outputs, inner, 1, inputs + plane * capacity * inner, inner,
                    planes + plane * outputs * inner, inner, 0, products + plane * capacity * outputs,
                    outputs)
            }
        }
    }

    private func transformOutputs(
        _ rows: Range<Int>, _ products: Tensor, into result: Tensor, finish: (Range<Int>) -> Void
    ) {
        let pixels = windows.out_height * windows.out_width
        eachImage(rows) { image, tiles, place in
            withPointers(products, result) {
                var windows = windows
                graft_winograd_outputs(
                    $0 + place * shape.outputs, products.shape[1] * shape.outputs, &windows, shape.outputs,
                    tiles.lowerBound, tiles.count, $1 + image * pixels * shape.outputs)
            }
            let first = tiles.lowerBound / tileColumns * 4 * windows.out_width
            let last = min(pixels, tiles.upperBound / tileColumns * 4 * windows.out_width)
            finish(image * pixels + first..<image * pixels + last)
        }
    }

    /// Calls `body` with each image, its tiles that belong to the tile rows, and their place in the stretch.
    private func eachImage(_ rows: Range<Int>, _ body: (Int, Range<Int>, Int) -> Void) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            let image = row / tileRows
            let end = min(rows.upperBound, (image + 1) * tileRows)
            let within = row - image * tileRows..<end - image * tileRows
            body(
                image, within.lowerBound * tileColumns..<within.upperBound * tileColumns,
                (row - rows.lowerBound) * tileColumns)
            row = end
        }
    }
}
