import TrainingJobs

/// Counts evaluations without improvement; part of the stored progress.
public struct EarlyStopping: Codable, Sendable, Equatable {
    /// The value that later ones are measured against.
    public private(set) var reference: Double?
    public private(set) var evaluationsWithoutImprovement = 0

    public init() {}

    /// Takes in one evaluation; true where training should stop.
    public mutating func shouldStop(
        after value: Double, metric: MetricKind, rule: EarlyStoppingSpecification?
    ) -> Bool {
        let margin = rule?.minimumImprovement ?? 0
        if MetricOrder.isBetter(value, than: reference, metric: metric, margin: margin) {
            reference = value
            evaluationsWithoutImprovement = 0
        } else {
            evaluationsWithoutImprovement += 1
        }
        guard let rule else { return false }
        return evaluationsWithoutImprovement >= max(1, rule.patience)
    }
}

/// Which of two values of a metric is the better one.
public enum MetricOrder {
    /// True where `value` beats `other` by more than `margin`. Anything finite beats nothing, NaN beats nothing.
    public static func isBetter(
        _ value: Double, than other: Double?, metric: MetricKind, margin: Double = 0
    ) -> Bool {
        guard value.isFinite else { return false }
        guard let other else { return true }
        return metric == .loss ? value < other - margin : value > other + margin
    }
}
