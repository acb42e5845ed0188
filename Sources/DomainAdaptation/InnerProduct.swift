import TensorKernels

extension Tensor {
    /// The sum of the products of elements.
    func dot(_ other: Tensor) -> Float { multiplied(by: other).sum().scalar }
}
