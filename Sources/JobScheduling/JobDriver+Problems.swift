import TrainingJobs

extension JobDriver {
    /// What makes a job impossible that only its data shows; `nil` where nothing does.
    public static func problem(specification: JobSpecification, plan: DatasetPlan) -> JobFailure? {
        guard plan.tasks.count == specification.tasks.count, !plan.tasks.isEmpty, plan.laneCount >= 1 else {
            return JobFailure(
                code: "bad-plan",
                message: "The data's plan has \(plan.tasks.count) tasks and \(plan.laneCount) lanes, the job "
                    + "\(specification.tasks.count) tasks.")
        }
        for (task, planned) in zip(specification.tasks, plan.tasks)
        where task.metric == .f1 && planned.labels.count != 2 {
            return JobFailure(
                code: "metric-not-defined",
                message: "The metric f1 is for two labels, the data of task \(task.name) has "
                    + "\(planned.labels.count). Use macro-f1.",
                context: "task \(task.name)")
        }
        if specification.training.earlyStopping != nil,
            !plan.tasks.contains(where: { $0.validationCount > 0 })
        {
            return JobFailure(
                code: "no-validation",
                message: "Early stopping needs a validation split: give a file or a validation_fraction.")
        }
        return nil
    }
}
