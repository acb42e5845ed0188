import CTensorKernels

extension Tensor {
    /// eˣ of each element; 0 below the normal range, infinity above it.
    public func exponentials() -> Tensor {
        let result = Tensor(uninitialized: shape)
        withPointers(self, result) { graft_exp($0, $1, count) }
        return result
    }
}
