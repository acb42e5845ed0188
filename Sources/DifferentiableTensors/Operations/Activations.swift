import TensorKernels

extension Variable {
    /// x · Φ(x) with the error function, as in BERT (Hendrycks and Gimpel 2016).
    public func gelu() -> Variable { activated(.gelu) }

    public func tanh() -> Variable { activated(.tanh) }

    /// max(x, 0); its derivative at 0 is 0.
    public func relu() -> Variable { activated(.relu) }

    /// The activation element by element.
    public func activated(_ activation: Activation) -> Variable {
        let result = Tensor(uninitialized: shape)
        value.activate(activation, into: result)
        // tanh's derivative follows from its result, the others' from their argument.
        let kept = activation == .tanh ? result : value
        return Variable(
            recording: result, inputs: [self],
            pullback: { [slot = gradientSlot] upstream in
                let gradient = Tensor(uninitialized: upstream.shape)
                upstream.activationGradient(activation, kept: kept, into: gradient)
                slot?.add(gradient)
            })
    }
}
