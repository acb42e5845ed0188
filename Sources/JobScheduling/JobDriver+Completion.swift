import TrainingJobs

// After the last step: the test splits with the chosen checkpoint, then the export.
extension JobDriver {
    /// The checkpoint that becomes the model.
    var chosenCheckpoint: ContentFile? {
        specification.training.keep == .best
            ? progress.best?.checkpoint ?? progress.checkpoint : progress.checkpoint
    }

    mutating func conclude() -> [JobDirective] {
        guard let checkpoint = chosenCheckpoint else {
            return fail(
                JobFailure(
                    code: "nothing-to-train", message: "The job has no step to run, so there is no model."))
        }
        if let split = splitToEvaluate {
            phase = .evaluating([:])
            return commandAll(.evaluate(split: split, checkpoint: checkpoint))
        }
        phase = .exporting
        return members.prefix(1).map { command(.export(checkpoint: checkpoint), to: $0.workerID) }
    }

    /// The next test split that has samples and no measures yet.
    private var splitToEvaluate: DataSplit? {
        [(DataSplit.test, progress.test), (.targetTest, progress.targetTest)].first { split, measures in
            measures == nil && plan.tasks.contains { $0.count(of: split) > 0 }
        }?.0
    }

    mutating func evaluated(
        _ workerID: String, _ split: DataSplit, _ counts: [TaskCounts]
    ) -> [JobDirective] {
        guard case .evaluating(var reports) = phase, split == splitToEvaluate, reports[workerID] == nil
        else { return [] }
        reports[workerID] = counts
        phase = .evaluating(reports)
        guard reports.count == members.count else { return [] }
        do {
            let measures = try SplitEvaluation.measures(
                of: members.compactMap { reports[$0.workerID] }, split: split, plan: plan)
            if split == .test { progress.test = measures } else { progress.targetTest = measures }
        } catch {
            return fail(error as? JobFailure ?? JobFailure(code: "bad-report", message: "\(error)"))
        }
        progress.lossesWithoutProgress = 0
        return [.log(.info, "The \(split.title) split is evaluated")] + conclude()
    }

    mutating func exported(_ workerID: String, _ files: [ContentFile]) -> [JobDirective] {
        guard case .exporting = phase, rank(of: workerID) == 0 else { return [] }
        guard !files.isEmpty else {
            return fail(
                JobFailure(
                    code: "bad-report", message: "The export brought no file.",
                    context: "worker \(name(of: workerID))"))
        }
        progress.exportedFiles = files
        let releases = end(.done)
        message = ""
        return releases + [.log(.info, "The job is done: \(files.count) model files")]
    }
}
