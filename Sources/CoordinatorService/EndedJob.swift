import TrainingJobs

/// What lists show of a job that has ended, stored beside its report so that they need not read that.
struct EndedJob: Codable, Sendable, Equatable {
    var workers: Int
    var steps: Int
    var metric: MetricKind?
    /// On the latest evaluation.
    var value: Double?

    init(_ report: JobReport) {
        workers = report.workers
        steps = report.segments.last?.endStep ?? 0
        guard let best = report.best else { return }
        metric = best.metric
        value =
            report.segments.last { !$0.validation.isEmpty }?.validation.mean(of: best.metric)
            ?? best.value
    }
}
