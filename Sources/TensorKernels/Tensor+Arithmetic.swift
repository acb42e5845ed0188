import CTensorKernels

extension Tensor {
    /// Sets every element.
    public func fill(_ value: Float) {
        withPointers(self) { graft_fill($0, value, count) }
    }

    /// Copies the elements of a tensor of the same shape.
    public func assign(_ other: Tensor) {
        other.requireShape(shape, "assign")
        withPointers(self, other) { $0.update(from: $1, count: count) }
    }

    /// Adds the elements of a tensor of the same shape.
    public func addInPlace(_ other: Tensor) {
        other.requireShape(shape, "add")
        withPointers(self, other) { graft_add($0, $1, $0, count) }
    }

    public func scaleInPlace(by factor: Float) {
        withPointers(self) { graft_scale($0, factor, $0, count) }
    }

    /// Adds `row` [columns] to every row.
    public func addRowInPlace(_ row: Tensor) {
        row.requireCount(columnCount, "row")
        withPointers(self, row) { graft_add_row($0, $1, $0, rowCount, columnCount) }
    }

    public func adding(_ other: Tensor) -> Tensor { combined(other, graft_add) }

    /// The product element by element.
    public func multiplied(by other: Tensor) -> Tensor { combined(other, graft_multiply) }

    public func scaled(by factor: Float) -> Tensor {
        let result = Tensor(uninitialized: shape)
        withPointers(self, result) { graft_scale($0, factor, $1, count) }
        return result
    }

    private func combined(
        _ other: Tensor,
        _ kernel: (UnsafePointer<Float>?, UnsafePointer<Float>?, FloatPointer?, Int) -> Void
    ) -> Tensor {
        other.requireShape(shape, "element-wise operation")
        let result = Tensor(uninitialized: shape)
        withPointers(self, other, result) { kernel($0, $1, $2, count) }
        return result
    }
}
