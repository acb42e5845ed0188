import TensorKernels

extension Variable {
    /// The sum of all elements, of shape [].
    public func sum() -> Variable {
        let shape = self.shape
        return Variable(
            recording: value.sum(), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(.filled(upstream.scalar, shape: shape)) })
    }

    /// The mean of all elements, of shape [].
    /// - Precondition: there is at least one.
    public func mean() -> Variable {
        precondition(value.count > 0, "mean of no elements")
        return sum().scaled(by: 1 / Float(value.count))
    }
}
