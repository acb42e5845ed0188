import TrainingJobs

/// Which layers learn at a step, where not all do from the start: gradual unfreezing from the top (Howard and Ruder
/// 2018, arXiv:1801.06146), or the head alone and then all (linear probing then fine-tuning, Kumar et al. 2022,
/// arXiv:2202.10054). A function of the step alone, so that it is the same after any restart.
struct UnfreezingSchedule: Equatable {
    /// Steps over which the head learns alone.
    let headSteps: Int
    /// Steps between one layer and the next below it; `nil`: all layers follow the head at once.
    let interval: Int?

    init(headSteps: Int, interval: Int?) {
        self.headSteps = headSteps
        self.interval = interval
    }

    /// - Returns: `nil` where everything learns from the start.
    init?(_ training: TrainingSpecification, stepsPerEpoch: Int) {
        func steps(_ epochs: Int) -> Int {
            let (steps, overflow) = epochs.multipliedReportingOverflow(by: max(1, stepsPerEpoch))
            return overflow ? Int.max : max(0, steps)
        }
        let interval = training.unfreezeEvery.map { every in
            switch every {
            case .epochs(let count): max(1, steps(count))
            case .steps(let count): max(1, count)
            }
        }
        guard let headSteps = training.headEpochs.map(steps) ?? interval else { return nil }
        self.init(headSteps: headSteps, interval: interval)
    }

    /// How many groups of layers learn at `step`, counted from the head, which is the first.
    func activeGroups(step: Int, of count: Int) -> Int {
        guard step >= headSteps else { return min(1, count) }
        guard let interval else { return count }
        return min(count, 2 + (step - headSteps) / interval)
    }
}
