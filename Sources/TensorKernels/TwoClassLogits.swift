extension Tensor {
    /// Each element, the logit of something against its opposite, as a choice between two classes of which the first
    /// one's logit is 0: [count, 2], the second class being that something.
    public func twoClassLogits() -> Tensor {
        matrixProduct(reshaped([count, 1]), Tensor([0, 1], shape: [1, 2]))
    }
}
