import DifferentiableTensors
import TensorKernels

/// The L2 norm over the gradients of all that learns now. Summed in double precision in an order that depends on the
/// shapes alone.
public func globalGradientNorm(_ parameters: [Parameter]) -> Float {
    var sum = 0.0
    for parameter in parameters where parameter.isLearning { sum += parameter.gradient.sumOfSquares() }
    return Float(sum.squareRoot())
}

/// The factor that brings a gradient of norm `norm` down to `maximum` (Pascanu et al. 2013); 1 where it is
/// not longer, or where the norm is not finite: that is for the caller to refuse.
public func clippingScale(norm: Float, maximum: Float) -> Float {
    norm.isFinite && norm > maximum ? maximum / norm : 1
}
