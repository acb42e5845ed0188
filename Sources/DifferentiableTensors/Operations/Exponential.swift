import TensorKernels

extension Variable {
    /// eˣ element by element.
    public func exponential() -> Variable {
        let result = value.exponentials()
        return Variable(
            recording: result, inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(upstream.multiplied(by: result)) })
    }
}
