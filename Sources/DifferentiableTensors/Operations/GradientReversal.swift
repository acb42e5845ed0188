import TensorKernels

extension Variable {
    /// The value unchanged; its gradient times −lambda on the way back, so that what lies below learns to
    /// raise the loss above (Ganin et al. 2016).
    public func reversingGradient(lambda: Float) -> Variable {
        Variable(
            recording: value, inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(upstream.scaled(by: -lambda)) })
    }
}
