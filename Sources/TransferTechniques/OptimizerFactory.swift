import DifferentiableTensors
import Optimizers
import TrainingJobs

/// From the job file's words to an optimiser and a schedule.
enum OptimizerFactory {
    static func optimizer(_ specification: OptimizerSpecification, for parameters: [Parameter])
        -> any Optimizer
    {
        let groups = ParameterGroup.decayingMatrices(parameters, weightDecay: specification.weightDecay)
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
