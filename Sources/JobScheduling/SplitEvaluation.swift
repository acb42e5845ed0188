import TaskMetrics
import TrainingJobs

/// Adds up the members' counts of a split and turns them into measures.
enum SplitEvaluation {
    /// - Parameter reports: each member's counts; their order does not matter.
    /// - Returns: one entry for each task that has samples in the split, in the job file's order.
    /// - Throws: `JobFailure` (`bad-report`) where counts do not fit the plan, so that a member's error never
    ///   becomes a number.
    static func measures(
        of reports: [[TaskCounts]], split: DataSplit, plan: DatasetPlan
    ) throws -> [JobReport.TaskMeasures] {
        try plan.tasks.enumerated().compactMap { index, task in
            let expected = task.count(of: split)
            guard expected > 0 else { return nil }
            let parts = reports.flatMap { $0 }.filter { $0.task == index }
            return try measures(of: parts, task: task, split: split, expected: expected)
        }
    }

    private static func measures(
        of parts: [TaskCounts], task: DatasetPlan.Task, split: DataSplit, expected: Int
    ) throws -> JobReport.TaskMeasures {
        func refuse(_ what: String) -> JobFailure {
            JobFailure(
                code: "bad-report",
                message: "Counts of the \(split.rawValue) split do not fit the data: \(what).",
                context: "task \(task.name)")
        }
        var matrix = ConfusionMatrix(classCount: task.labels.count)
        var lossFixed: Int64 = 0
        var samples = 0
        for part in parts {
            // Bounded by the plan before anything is added: sums below cannot overflow.
            guard part.samples >= 0, part.samples <= expected,
                part.confusion.allSatisfy({ 0...expected ~= $0 })
            else { throw refuse("a count is outside of 0…\(expected)") }
            do {
                try matrix.add(ConfusionMatrix(classCount: task.labels.count, counts: part.confusion))
            } catch {
                throw refuse("\(error)")
            }
            let (sum, overflow) = lossFixed.addingReportingOverflow(part.lossFixed)
            guard !overflow else { throw refuse("the summed loss is out of range") }
            lossFixed = sum
            samples += part.samples
        }
        guard samples == expected, matrix.total == expected else {
            throw refuse("\(samples) samples and \(matrix.total) predictions instead of \(expected)")
        }
        return JobReport.TaskMeasures(
            task: task.name, samples: samples, loss: FixedPointLoss.mean(lossFixed, samples: samples),
            accuracy: matrix.accuracy, macroF1: matrix.macroF1, f1: matrix.binaryF1)
    }
}
