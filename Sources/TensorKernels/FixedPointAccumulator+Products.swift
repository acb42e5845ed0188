import CTensorKernels

extension FixedPointAccumulator {
    /// Adds gradients that are products to a segment, each one addend.
    ///
    /// The segment is gone through in tiles: of a tile every addend is computed, rounded to integers and added
    /// while the tile lies in the processor's cache. So many addends cost little more memory traffic than one, and
    /// none of them ever stands in memory as a whole. Tiles follow from the segment's size alone, hence an addend's
    /// bits do not depend on which others it is added with.
    /// - Parameter addends: of each its products, which are summed in Float32 first; all of them of one size, that of
    ///   the segment.
    public func add(_ addends: [[TransposedProduct]], segment: Int) {
        guard let first = addends.joined().first else { return }
        let (rows, columns) = (first.rowCount, first.columnCount)
        precondition(rows * columns == segmentCounts[segment], "products of segment \(segment)")
        let tile = Tensor(uninitialized: [Self.tileRows * Self.tileColumns])
        for row in stride(from: 0, to: rows, by: Self.tileRows) {
            for column in stride(from: 0, to: columns, by: Self.tileColumns) {
                let part = Part(
                    row: row, column: column, rows: min(Self.tileRows, rows - row),
                    columns: min(Self.tileColumns, columns - column), stride: columns)
                for addend in addends where !addend.isEmpty {
                    multiply(addend, part, into: tile)
                    quantize(tile, part, segment: segment)
                }
            }
        }
    }

    /// Of a weight's gradient, what is computed at once: large enough that copying the factors, which every product
    /// begins with, costs little beside it; 0.6 MB, and twice that as sums, which caches hold.
    private static var tileRows: Int { 384 }
    private static var tileColumns: Int { 384 }

    private struct Part {
        let row: Int
        let column: Int
        let rows: Int
        let columns: Int
        /// Columns of the whole segment.
        let stride: Int
    }

    private func multiply(_ addend: [TransposedProduct], _ part: Part, into tile: Tensor) {
        for (index, product) in addend.enumerated() {
            precondition(product.columnCount == part.stride, "products of one segment differ in size")
            if product.a.rowCount == 0 {
                if index == 0 { tile.fill(0) }
                continue
            }
            withPointers(product.a, product.b, tile) { a, b, tile in
                sgemm(
                    true, false, part.rows, part.columns, product.a.rowCount, 1, a + part.row,
                    product.rowCount, b + part.column, product.columnCount, index == 0 ? 0 : 1, tile,
                    part.columns)
            }
        }
    }

    private func quantize(_ tile: Tensor, _ part: Part, segment: Int) {
        var counts = GraftQuantizationCounts(saturated: 0, non_finite: 0)
        let start = segmentStarts[segment] + part.row * part.stride + part.column
        withPointers(tile) { tile in
            // Whole rows lie one behind the other in the sums too.
            let runs = part.columns == part.stride ? 1 : part.rows
            let length = part.rows * part.columns / runs
            for run in 0..<runs {
                graft_quantize_add(
                    tile + run * length, Int32(exponents[segment]), sums + start + run * part.stride, length,
                    &counts)
            }
        }
        count(counts)
    }
}
