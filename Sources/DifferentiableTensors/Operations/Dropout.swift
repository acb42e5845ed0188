import TensorKernels

extension Variable {
    /// Sets elements to zero with the given probability and scales the rest by 1 / (1 − probability)
    /// (Srivastava et al. 2014). Whether element i is dropped depends on the key and i alone; the backward
    /// pass draws the same mask again instead of keeping it.
    /// - Parameter probability: 0 ..< 1.
    public func dropout(probability: Float, key: RandomKey) -> Variable {
        precondition(probability >= 0 && probability < 1, "dropout probability \(probability)")
        guard probability > 0 else { return self }
        let mask = DropoutMask(probability: probability, key: key.bits)
        return Variable(
            recording: value.droppedOut(mask), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(upstream.droppedOut(mask)) })
    }
}
