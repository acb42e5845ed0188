import TaskMetrics
import TrainingJobs

// Segments: run, add up, decide, go on.
extension JobDriver {
    /// The next thing to do with members that are ready: a segment, the test split, or the export.
    mutating func proceed() -> [JobDirective] {
        if var segment = openSegment {
            if let start = firstStart {
                segment.resumeStep = start.step
                segment.state = start.state
                firstStart = nil
            }
            nextSegment += 1
            phase = .training(segment, [:])
            return commandAll(.run(segment))
        }
        if progress.trainingEnd == nil { progress.trainingEnd = "all \(progress.step) steps are run" }
        return conclude()
    }

    mutating func segmentDone(_ workerID: String, _ result: SegmentResult) -> [JobDirective] {
        guard case .training(let segment, var results) = phase, segment.number == result.segment,
            results[workerID] == nil
        else { return [] }
        if let failure = problem(with: result, of: workerID, in: segment) { return fail(failure) }
        results[workerID] = result
        phase = .training(segment, results)
        guard results.count == members.count else { return [] }
        return close(segment, results)
    }

    /// Takes in what all members have reported. It counts once the state at its end is stored; until then the
    /// members run the next segment, where nothing else is to be done first.
    mutating func close(_ segment: Segment, _ results: [String: SegmentResult]) -> [JobDirective] {
        let reports = members.compactMap { results[$0.workerID] }
        guard uncommitted == nil, let lead = reports.first, let uploader = members.first else { return [] }
        let steps = withEarlierSteps(lead.steps, from: segment.firstStep)
        var measures: [JobReport.TaskMeasures] = []
        if segment.evaluates {
            do {
                measures = try SplitEvaluation.measures(
                    of: reports.map(\.counts), split: .validation, plan: plan)
            } catch {
                return fail(error as? JobFailure ?? JobFailure(code: "bad-report", message: "\(error)"))
            }
        }
        noteReached(segment.endStep)
        noteSpeeds(results)
        let ended = UncommittedSegment(
            endStep: segment.endStep, generation: progress.generation, uploaderID: uploader.workerID,
            summary: summary(of: segment, reports, steps, measures))
        let early = storedAhead.flatMap { $0.step == segment.endStep ? $0.file : nil }
        storedAhead = nil
        if let file = lead.checkpoint ?? early { return commit(ended, as: file) + goOn() }
        return runAhead(of: ended)
    }

    /// Best checkpoint and early stopping.
    mutating func judge(_ segment: JobReport.Segment, _ checkpoint: ContentFile) -> [JobDirective] {
        guard let task = decidingTask, let value = segment.validation.mean(of: task.metric) else {
            return []
        }
        let step = segment.endStep
        if MetricOrder.isBetter(value, than: progress.best?.value, metric: task.metric) {
            progress.best = TrainingProgress.Best(step: step, value: value, checkpoint: checkpoint)
        }
        let rule = specification.training.earlyStopping
        guard progress.stopping.shouldStop(after: value, metric: task.metric, rule: rule) else { return [] }
        let reason =
            "stopped early at step \(step): \(progress.stopping.evaluationsWithoutImprovement) "
            + "evaluations without improvement of \(task.metric.rawValue)"
        progress.trainingEnd = reason
        return [.log(.info, "Training \(reason)")]
    }

    private func problem(with result: SegmentResult, of workerID: String, in segment: Segment) -> JobFailure?
    {
        func refuse(_ text: String) -> JobFailure {
            JobFailure(
                code: "bad-report", message: "A report of segment \(segment.number) is not valid: \(text)",
                context: "worker \(name(of: workerID))")
        }
        guard result.endStep == segment.endStep else {
            return refuse("it ends at step \(result.endStep) instead of \(segment.endStep)")
        }
        guard rank(of: workerID) == 0 else { return nil }
        guard
            withEarlierSteps(result.steps, from: segment.firstStep).map(\.step)
                == Array(segment.firstStep..<segment.endStep)
        else {
            return refuse("its steps are not \(segment.firstStep)..<\(segment.endStep)")
        }
        if let step = result.steps.first(where: { !$0.gradientNorm.isFinite }) {
            return JobFailure(
                code: "nan-loss",
                message: "The gradient is not a finite number at step \(step.step). Lower the learning rate "
                    + "(now \(step.learningRate)), or turn on gradient clipping.",
                context: "worker \(name(of: workerID))")
        }
        return nil
    }

    private func summary(
        of segment: Segment, _ reports: [SegmentResult], _ steps: [StepResult],
        _ measures: [JobReport.TaskMeasures]
    ) -> JobReport.Segment {
        let horizon = TrainingHorizon(specification: specification, plan: plan)
        let samples = steps.reduce(0) { saturatingSum($0, $1.samples) }
        let loss = steps.reduce(0.0) { $0 + FixedPointLoss.mean($1.lossFixed, samples: 1) }
        func slowest(_ part: (SegmentTiming) -> Double) -> Double {
            reports.map { part($0.timing) }.max() ?? 0
        }
        return JobReport.Segment(
            endStep: segment.endStep, epoch: horizon.epoch(ofSegmentEndingAt: segment.endStep),
            trainLoss: samples == 0 ? 0 : loss / Double(samples), validation: measures,
            seconds: slowest(\.total), computeSeconds: slowest(\.compute),
            exchangeSeconds: slowest(\.exchange),
            evaluateSeconds: slowest(\.evaluate), checkpointSeconds: slowest(\.checkpoint),
            exchangedBytes: reports.reduce(0) { saturatingSum($0, $1.timing.exchangedBytes) },
            alignment: alignment(of: steps))
    }

    private func alignment(of steps: [StepResult]) -> JobReport.Alignment? {
        let results = steps.compactMap(\.alignment)
        guard !results.isEmpty else { return nil }
        func sum(_ part: (AlignmentResult) -> Int) -> Int {
            results.reduce(0) { saturatingSum($0, part($1)) }
        }
        let loss = results.reduce(0.0) { $0 + FixedPointLoss.mean($1.lossFixed, samples: 1) }
        let (samples, judged) = (sum(\.samples), sum(\.judged))
        return JobReport.Alignment(
            loss: samples == 0 ? 0 : loss / Double(samples),
            discriminatorAccuracy: judged == 0 ? nil : Double(sum(\.correct)) / Double(judged))
    }

    func line(_ segment: JobReport.Segment) -> String {
        var text = "Step \(segment.endStep) of \(totalSteps): training loss \(short(segment.trainLoss))"
        for task in segment.validation {
            text += "; \(task.task) validation loss \(short(task.loss)), accuracy \(short(task.accuracy))"
        }
        return text
    }

    /// Four decimals, without Foundation.
    private func short(_ value: Double?) -> String {
        guard let value, value.isFinite, value.magnitude < 1e12 else { return "\(value ?? 0)" }
        return "\((value * 10_000).rounded() / 10_000)"
    }
}
