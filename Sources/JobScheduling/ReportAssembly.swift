import TrainingJobs

extension JobDriver {
    /// The job's report as far as it has come.
    /// - Parameter wallSeconds: from the first `preparing` to now.
    public func report(jobID: String, wallSeconds: Double) -> JobReport {
        // All members have run the last one, wherever its checkpoint is.
        let segments = progress.segments + [progress.uncommitted?.summary].compactMap { $0 }
        let epochs = EpochDurations(segments: segments, plan: plan, specification: specification)
        let model = progress.exportedFiles?.first { $0.path == "model.safetensors" }
        var best: JobReport.Best?
        if let found = progress.best, let task = decidingTask {
            best = JobReport.Best(step: found.step, metric: task.metric, value: found.value)
        }
        return JobReport(
            jobID: jobID, name: specification.name, workers: progress.workerCount,
            kernelFamily: progress.kernelFamily ?? "", generations: progress.generation,
            parameterCount: progress.parameterCount,
            trainableParameterCount: progress.trainableParameterCount,
            extraction: progress.extraction, segments: segments,
            firstEpochSeconds: epochs.first.map { $0 + (progress.extraction?.seconds ?? 0) },
            laterEpochSeconds: epochs.medianOfLater, best: best, test: progress.test ?? [],
            targetTest: progress.targetTest, modelSHA256: model?.sha256,
            exchange: specification.training.exchange, wallSeconds: wallSeconds)
    }
}

/// Seconds per epoch, from segments that need not end with epochs: a segment's time is spread evenly over its
/// steps.
struct EpochDurations {
    /// Complete epochs only.
    private let seconds: [Double]

    init(segments: [JobReport.Segment], plan: DatasetPlan, specification: JobSpecification) {
        let stepsPerEpoch = TrainingHorizon(specification: specification, plan: plan).stepsPerEpoch
        let complete = (segments.last?.endStep ?? 0) / stepsPerEpoch
        var seconds = [Double](repeating: 0, count: complete)
        var first = 0
        for segment in segments where segment.endStep > first {
            let perStep = segment.seconds / Double(segment.endStep - first)
            for epoch in (first / stepsPerEpoch)...((segment.endStep - 1) / stepsPerEpoch)
            where epoch < complete {
                let start = max(first, epoch * stepsPerEpoch)
                let end = min(segment.endStep, (epoch + 1) * stepsPerEpoch)
                seconds[epoch] += perStep * Double(end - start)
            }
            first = segment.endStep
        }
        self.seconds = seconds
    }

    var first: Double? { seconds.first }

    var medianOfLater: Double? {
        let later = seconds.dropFirst().sorted()
        guard !later.isEmpty else { return nil }
        let middle = later.count / 2
        return later.count % 2 == 1 ? later[middle] : (later[middle - 1] + later[middle]) / 2
    }
}
