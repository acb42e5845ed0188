import ArgumentParser
import TrainingJobs

/// How a job's gradients are summed, where the command decides that rather than the job file.
struct ExchangeOptions: ParsableArguments {
    @Flag(
        help: """
            Sum gradients in plain fp32, as training.exchange: fast does: the model's bits then depend on the \
            number of workers.
            """)
    var fast = false

    /// A job file that asks for a fast exchange already keeps its own.
    func apply(to specification: inout JobSpecification) {
        guard fast, (specification.training.exchange ?? .exact) == .exact else { return }
        specification.training.exchange = .fast
    }
}
