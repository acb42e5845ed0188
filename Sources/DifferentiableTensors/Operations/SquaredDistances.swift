import TensorKernels

extension Variable {
    /// The squared Euclidean distance of every pair of rows of [rows, columns]: [rows, rows].
    public func squaredRowDistances() -> Variable {
        let rows = value.centeredRows()
        return Variable(
            recording: rows.squaredRowDistances(), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in
                slot?.add(rows.squaredRowDistancesGradient(upstream))
            })
    }
}
