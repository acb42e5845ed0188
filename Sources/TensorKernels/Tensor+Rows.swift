extension Tensor {
    /// Rows `indices` of the first dimension, in that order; repeats are fine.
    public func gatherRows(_ indices: [Int]) -> Tensor {
        precondition(!shape.isEmpty, "rows of a tensor without dimensions")
        let width = shape.dropFirst().reduce(1, *)
        let result = Tensor(uninitialized: [indices.count] + shape.dropFirst())
        withPointers(self, result) { source, target in
            for (place, index) in indices.enumerated() {
                precondition(index >= 0 && index < shape[0], "row \(index) of \(shape[0])")
                (target + place * width).update(from: source + index * width, count: width)
            }
        }
        return result
    }

    /// Adds row i of `contribution` to row `indices[i]`, one after the other.
    public func scatterAddRows(_ contribution: Tensor, at indices: [Int]) {
        contribution.requireShape([indices.count] + shape.dropFirst(), "scattered rows")
        for (place, index) in indices.enumerated() {
            rows(index..<index + 1).addInPlace(contribution.rows(place..<place + 1))
        }
    }

    /// Sets all elements of some rows.
    public func fillRows(_ indices: [Int], with value: Float) {
        for index in indices { rows(index..<index + 1).fill(value) }
    }

    /// Stacks tensors along the first dimension; their other dimensions agree.
    public static func concatenatingRows(_ parts: [Tensor]) -> Tensor {
        guard let first = parts.first else { return .zeros([0]) }
        let result = Tensor(uninitialized: [parts.reduce(0) { $0 + $1.shape[0] }] + first.shape.dropFirst())
        var start = 0
        for part in parts {
            result.rows(start..<start + part.shape[0]).assign(part)
            start += part.shape[0]
        }
        return result
    }

    /// The mean of each run of rows; zeros for an empty run.
    /// - Parameter lengths: rows of each run, one after the other; together all rows.
    /// - Returns: [runs, columns].
    public func segmentMeans(lengths: [Int]) -> Tensor {
        precondition(
            lengths.reduce(0, +) == rowCount, "segments of \(lengths.reduce(0, +)) rows, not \(rowCount)")
        let matrix = reshaped([rowCount, columnCount])
        let result = Tensor.zeros([lengths.count, columnCount])
        var start = 0
        for (index, length) in lengths.enumerated() where length > 0 {
            let mean = result.rows(index..<index + 1)
            matrix.rows(start..<start + length).columnSums(into: mean)
            mean.scaleInPlace(by: 1 / Float(length))
            start += length
        }
        return result
    }

    /// The gradient of `segmentMeans`, self being that of the means.
    public func segmentMeansGradient(lengths: [Int]) -> Tensor {
        let result = Tensor.zeros([lengths.reduce(0, +), columnCount])
        var start = 0
        for (index, length) in lengths.enumerated() where length > 0 {
            let share = rows(index..<index + 1).scaled(by: 1 / Float(length)).reshaped([columnCount])
            result.rows(start..<start + length).addRowInPlace(share)
            start += length
        }
        return result
    }
}
