import TensorKernels

extension FixedPointAccumulator {
    /// Adds a parameter's gradient to a segment: nothing where there is none, only the rows that were touched
    /// where it is an embedding table's.
    public func add(gradientOf parameter: Parameter, segment: Int) {
        switch parameter.gradientContents {
        case .none: break
        case .rows(let rows): add(parameter.gradient, segment: segment, rows: rows)
        case .all: add(parameter.gradient, segment: segment)
        }
    }
}
