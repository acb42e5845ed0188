import TensorKernels

extension Variable {
    /// a + b. Shapes are equal, or `b` is a row [columns] that is added to every row of `a`.
    public static func + (a: Variable, b: Variable) -> Variable {
        if a.shape != b.shape { return a.addingRow(b) }
        return Variable(
            recording: a.value.adding(b.value), inputs: [a, b],
            pullback: { [aSlot = a.gradientSlot, bSlot = b.gradientSlot] upstream in
                aSlot?.add(upstream)
                bSlot?.add(upstream)
            })
    }

    /// a − b, of equal shapes.
    public static func - (a: Variable, b: Variable) -> Variable { a + b.scaled(by: -1) }

    /// a · b element by element, of equal shapes.
    public static func * (a: Variable, b: Variable) -> Variable {
        let aSlot = a.gradientSlot
        let bSlot = b.gradientSlot
        let aValue = bSlot == nil ? nil : a.value
        let bValue = aSlot == nil ? nil : b.value
        return Variable(recording: a.value.multiplied(by: b.value), inputs: [a, b]) { upstream in
            if let aSlot, let bValue { aSlot.add(upstream.multiplied(by: bValue)) }
            if let bSlot, let aValue { bSlot.add(upstream.multiplied(by: aValue)) }
        }
    }

    /// The value times a constant.
    public func scaled(by factor: Float) -> Variable {
        Variable(
            recording: value.scaled(by: factor), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(upstream.scaled(by: factor)) })
    }

    private func addingRow(_ row: Variable) -> Variable {
        precondition(row.shape == [value.columnCount], "cannot add \(row.shape) to \(shape)")
        let result = value.copy()
        result.addRowInPlace(row.value)
        return Variable(
            recording: result, inputs: [self, row],
            pullback: { [slot = gradientSlot, rowSlot = row.gradientSlot] upstream in
                slot?.add(upstream)
                rowSlot?.accumulate { target, adds in upstream.columnSums(into: target, adds: adds) }
            })
    }
}
