import TensorKernels

extension Variable {
    /// The covariance of the columns of [samples, columns]: centredᵀ · centred / (samples − 1), of shape
    /// [columns, columns]; zeros for fewer than two samples.
    public func covariance() -> Variable {
        let centered = value.centeredRows()
        let factor = 1 / Float(max(1, value.rowCount - 1))
        let product = TensorKernels.matrixProduct(centered, centered, transposeA: true)
        product.scaleInPlace(by: factor)
        return Variable(
            recording: product, inputs: [self],
            pullback: { [slot = gradientSlot] upstream in
                // The way back through centring would subtract the rows' mean, which is 0 here.
                slot?.accumulate { target, adds in
                    let scaled = upstream.scaled(by: factor)
                    TensorKernels.matrixProduct(centered, scaled, into: target, adds: adds)
                    TensorKernels.matrixProduct(
                        centered, scaled, transposeB: true, into: target, adds: true)
                }
            })
    }
}
