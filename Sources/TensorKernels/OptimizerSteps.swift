import CTensorKernels

/// One update by AdamW, in one pass over a parameter; see `Optimizers.AdamW`.
public struct AdamWStep: Sendable {
    private let step: GraftAdamW

    /// - Parameters:
    ///   - gradientScale: factor on the gradient.
    ///   - decayFactor: factor on the value before the update: 1 − learning rate · weight decay.
    ///   - stepSize: learning rate / (1 − beta1ᵗ).
    ///   - secondMomentFactor: 1 / √(1 − beta2ᵗ).
    public init(
        gradientScale: Float, decayFactor: Float, beta1: Float, beta2: Float, stepSize: Float,
        secondMomentFactor: Float, epsilon: Float
    ) {
        step = GraftAdamW(
            gradient_scale: gradientScale, decay_factor: decayFactor, beta1: beta1, beta2: beta2,
            step_size: stepSize, second_moment_factor: secondMomentFactor, epsilon: epsilon)
    }

    /// All four have the same shape; the gradient is only read.
    public func apply(to value: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor) {
        for tensor in [gradient, firstMoment, secondMoment] { tensor.requireShape(value.shape, "AdamW") }
        withPointers(value, gradient, firstMoment, secondMoment) { value, gradient, first, second in
            withUnsafePointer(to: step) { graft_adamw($0, value, gradient, first, second, firstMoment.count) }
        }
    }
}

extension Tensor {
    /// self ← self + share · (target − self), element by element: the step of a moving average.
    public func moveTowards(_ target: Tensor, by share: Float) {
        target.requireShape(shape, "moving average")
        withPointers(self, target) { graft_move_towards($0, $1, share, count) }
    }
}

/// One update by gradient descent with momentum; see `Optimizers.StochasticGradientDescent`.
public struct MomentumStep: Sendable {
    let gradientScale: Float
    let weightDecay: Float
    let momentum: Float
    let learningRate: Float

    public init(gradientScale: Float, weightDecay: Float, momentum: Float, learningRate: Float) {
        self.gradientScale = gradientScale
        self.weightDecay = weightDecay
        self.momentum = momentum
        self.learningRate = learningRate
    }

    /// All three have the same shape; the gradient is only read.
    public func apply(to value: Tensor, gradient: Tensor, velocity: Tensor) {
        for tensor in [gradient, velocity] { tensor.requireShape(value.shape, "gradient descent") }
        withPointers(value, gradient, velocity) {
            graft_momentum(
                $0, $1, $2, gradientScale, weightDecay, momentum, learningRate, value.count)
        }
    }
}
