extension Tensor {
    /// |row i − row j|² for every pair of rows: [rows, rows], exactly 0 where i = j.
    ///
    /// Centre the rows first: distances are differences of products, which lose the digits that all rows have in
    /// common.
    public func squaredRowDistances() -> Tensor {
        let distances = matrixProduct(self, self, transposeB: true)
        let count = rowCount
        withPointers(distances) { values in
            let squares = (0..<count).map { values[$0 * count + $0] }
            for row in 0..<count {
                for column in 0..<count {
                    let place = row * count + column
                    values[place] = max(0, squares[row] + squares[column] - 2 * values[place])
                }
            }
            for row in 0..<count { values[row * count + row] = 0 }
        }
        return distances
    }

    /// The gradient of `squaredRowDistances`, self being the rows, centred too: row i gets
    /// 2 · Σⱼ (upstream[i, j] + upstream[j, i]) · (row i − row j).
    public func squaredRowDistancesGradient(_ upstream: Tensor) -> Tensor {
        let count = rowCount
        upstream.requireShape([count, count], "gradient of distances")
        let laplacian = Tensor(uninitialized: [count, count])
        withPointers(upstream, laplacian) { upstream, laplacian in
            for row in 0..<count {
                var degree: Float = 0
                for column in 0..<count where column != row {
                    let weight = 2 * (upstream[row * count + column] + upstream[column * count + row])
                    degree += weight
                    laplacian[row * count + column] = -weight
                }
                laplacian[row * count + row] = degree
            }
        }
        return matrixProduct(laplacian, self).reshaped(shape)
    }
}
