import TensorKernels

extension Variable {
    /// Softmax over the last dimension.
    public func softmax() -> Variable {
        let result = value.softmax()
        return Variable(
            recording: result, inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(upstream.softmaxGradient(result)) })
    }
}
