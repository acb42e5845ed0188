import DifferentiableTensors
import TensorKernels

/// Batch normalisation of each channel: parameters `<name>.weight` and `<name>.bias`, buffers
/// `<name>.running_mean` and `<name>.running_var`, all [channels].
///
/// In training it normalises by the batch's own statistics and has the buffers observe them. In evaluation,
/// and while its parameters are frozen or resting, it uses the running ones and leaves them alone: what is frozen does
/// not change.
public final class BatchNorm2D: Module {
    public let weight: Parameter
    public let bias: Parameter
    public let runningMean: Buffer
    public let runningVariance: Buffer
    public let epsilon: Float

    /// Starts as the plain normalisation.
    /// - Parameter momentum: share of a batch's statistics in the running ones that follow.
    public init(_ name: String, channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) {
        weight = Parameter("\(name).weight", shape: [channels], initialValue: 1)
        bias = Parameter("\(name).bias", shape: [channels])
        runningMean = Buffer("\(name).running_mean", .zeros([channels]), momentum: momentum)
        runningVariance = Buffer("\(name).running_var", .filled(1, shape: [channels]), momentum: momentum)
        self.epsilon = epsilon
    }

    public var ownParameters: [Parameter] { [weight, bias] }
    public var ownBuffers: [Buffer] { [runningMean, runningVariance] }

    /// rectifier(normalised x + residual), in one pass.
    /// - Parameters:
    ///   - x: [images, height, width, channels].
    ///   - residual: shaped as `x`.
    public func callAsFunction(
        _ x: Variable, residual: Variable? = nil, rectifier: Rectifier? = nil, context: ForwardContext
    ) -> Variable {
        let (scale, shift) = (context.variable(weight), context.variable(bias))
        guard context.isTraining, weight.isLearning || bias.isLearning else {
            return batchNormalization(
                x, scale: scale, shift: shift, residual: residual, rectifier: rectifier, epsilon: epsilon,
                moments: ColumnMoments(mean: runningMean.value, variance: runningVariance.value))
        }
        let (result, moments) = batchNormalization(
            x, scale: scale, shift: shift, residual: residual, rectifier: rectifier, epsilon: epsilon)
        observe(moments, rowCount: x.value.rowCount)
        return result
    }

    /// The plain normalisation, and statistics as of no batch.
    public func initialize() {
        weight.value.fill(1)
        bias.value.fill(0)
        runningMean.value.fill(0)
        runningVariance.value.fill(1)
    }

    /// Factor and addend of each channel that the normalisation by running statistics comes to.
    public func foldedFactors() -> (scale: Tensor, shift: Tensor) {
        let moments = ColumnMoments(mean: runningMean.value, variance: runningVariance.value)
        let scale = weight.value.multiplied(by: moments.reciprocalDeviations(epsilon: epsilon))
        let folded = bias.value.copy()
        folded.addInPlace(moments.mean.multiplied(by: scale).scaled(by: -1))
        return (scale, folded)
    }

    /// The running variance follows the unbiased one, as in PyTorch.
    private func observe(_ moments: ColumnMoments, rowCount: Int) {
        guard rowCount > 0 else { return }
        let unbiased = rowCount > 1 ? Float(rowCount) / Float(rowCount - 1) : 1
        runningMean.observe(moments.mean)
        runningVariance.observe(moments.variance.scaled(by: unbiased))
    }
}
