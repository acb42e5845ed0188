import DifferentiableTensors
import Optimizers
import TrainingJobs

/// From the job file's words to an optimiser and a schedule.
enum OptimizerFactory {
    /// - Parameters:
    ///   - layers: the program's trained parameters by depth.
    ///   - layerDecay: ratio of neighbouring layers' learning rates; `nil`: all learn alike.
    static func optimizer(
        _ specification: OptimizerSpecification, for parameters: [Parameter], layers: [[Parameter]] = [],
        layerDecay: Float? = nil
    ) -> any Optimizer {
        let groups =
            layerDecay.map {
                ParameterGroup.layerwise(layers, decay: $0, weightDecay: specification.weightDecay)
            } ?? ParameterGroup.decayingMatrices(parameters, weightDecay: specification.weightDecay)
        switch specification.kind {
        case .adamw:
            return AdamW(
                groups: groups, beta1: specification.beta1, beta2: specification.beta2,
                epsilon: specification.epsilon)
        case .sgd:
            return StochasticGradientDescent(groups: groups, momentum: specification.momentum)
        }
    }

    static func schedule(
        _ specification: ScheduleSpecification, peak: Float, totalSteps: Int
    ) -> LearningRateSchedule {
        let kind: LearningRateSchedule.Kind =
            switch specification.kind {
            case .constant: .constant
            case .linear: .linear
            case .cosine: .cosine
            }
        return LearningRateSchedule(
            kind: kind, peak: peak, warmup: specification.warmup, totalSteps: totalSteps)
    }
}
