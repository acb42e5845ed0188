import DifferentiableTensors
import TensorKernels

/// Stochastic gradient descent with momentum and weight decay, as PyTorch computes it.
///
///     d ← g + λ p;   b ← μ b + d  (b ← d in the first update);   p ← p − η b
public final class StochasticGradientDescent: Optimizer {
    public let groups: [ParameterGroup]
    public let momentum: Float
    private var velocities: OptimizerState

    /// - Parameter momentum: 0 ..< 1; 0 is plain descent.
    public init(groups: [ParameterGroup], momentum: Float = 0) {
        self.groups = groups
        self.momentum = momentum
        // Velocities start at zero, which makes the first update's b ← μ·0 + d the same as b ← d.
        velocities = OptimizerState(kind: "sgd.velocity", parameters: groups.flatMap(\.parameters))
    }

    public func update(learningRate: Float, gradientScale: Float = 1) {
        for group in groups {
            let step = MomentumStep(
                gradientScale: gradientScale, weightDecay: group.weightDecay, momentum: momentum,
                learningRate: learningRate * group.learningRateFactor)
            for parameter in group.parameters where parameter.isLearning {
                step.apply(
                    to: parameter.value, gradient: parameter.gradient, velocity: velocities[parameter])
            }
        }
    }

    public func stateTensors() -> [(name: String, tensor: Tensor)] { velocities.exported(parameters) }

    public func restoreState(_ tensors: [String: Tensor]) throws {
        try velocities.restore(tensors, parameters)
    }
}
