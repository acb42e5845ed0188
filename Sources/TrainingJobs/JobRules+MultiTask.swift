// Several tasks on one trunk.
extension JobRules {
    /// Tasks of one job.
    private static let taskCounts = 1...1_000

    static func checkMultiTask(_ specification: JobSpecification, _ check: inout RuleCheck) {
        let tasks = specification.tasks
        check.require(
            taskCounts.contains(tasks.count), "tasks", "Found \(tasks.count) tasks; a job has 1 to 1,000.")
        for (index, task) in tasks.enumerated() {
            guard let weight = task.weight else { continue }
            let key = "tasks[\(index)].weight"
            check.require(
                weight > 0 && weight.isFinite, key, "Found \(weight); permitted: above 0.")
            check.require(
                tasks.count > 1, key, others: ["tasks"],
                "There is one task, which has nothing to be weighed against: remove it.")
            check.require(
                specification.multiTask?.weighting ?? .fixed == .fixed, key, others: ["multi_task.weighting"],
                "Weights are learnt with \(specification.multiTask?.weighting.rawValue ?? ""): remove it, or choose "
                    + "multi_task.weighting: fixed.")
        }
        if let multiTask = specification.multiTask {
            check.require(
                tasks.count > 1, "multi_task", others: ["tasks"],
                "There is one task, which shares its steps with no other: remove it.")
            check.require(
                multiTask.temperature >= 1 && multiTask.temperature <= 100, "multi_task.temperature",
                "Found \(multiTask.temperature); permitted: from 1, as many samples as there are, to 100.")
            check.require(
                multiTask.sampling == .proportional || multiTask.temperature == 1, "multi_task.temperature",
                others: ["multi_task.sampling"],
                "Only proportional sampling has a temperature: remove it.")
        }
        if tasks.count > 1 { checkCommonTrunk(specification, &check) }
    }

    /// What one trunk, and one figure that chooses the checkpoint, ask of tasks.
    private static func checkCommonTrunk(_ specification: JobSpecification, _ check: inout RuleCheck) {
        let tasks = specification.tasks
        for (index, task) in tasks.enumerated().dropFirst() {
            let key = "tasks[\(index)]"
            check.require(
                task.kind == tasks[0].kind, "\(key).kind", others: ["tasks[0].kind"],
                "Found \(task.kind.rawValue) beside \(tasks[0].kind.rawValue); the tasks of a job share a trunk, and "
                    + "so the kind of their samples.")
            check.require(
                task.metric == tasks[0].metric, "\(key).metric", others: ["tasks[0].metric"],
                "Found \(task.metric.rawValue) beside \(tasks[0].metric.rawValue); the mean over tasks chooses the "
                    + "checkpoint: take one metric for all.")
            check.require(
                task.columns == tasks[0].columns, "\(key).columns", others: ["tasks[0].columns"],
                "The tasks of a job share a trunk: name the same columns in each.")
            check.require(
                task.augmentation == tasks[0].augmentation, "\(key).augmentation",
                others: ["tasks[0].augmentation"],
                "The tasks of a job share a trunk, and how its images vary: write the same in each.")
        }
        if let adaptation = specification.adaptation, adaptation.method != .none {
            check.require(
                false, "adaptation.method", others: ["tasks"],
                "Found \(adaptation.method.rawValue) and \(tasks.count) tasks; a job adapts one: submit a job for each."
            )
        }
        check.require(
            specification.technique.kind != .pretraining, "technique.kind", others: ["tasks"],
            "Found pretraining and \(tasks.count) tasks; choose from-scratch, whose trunk leaves as a backbone."
        )
        check.require(
            specification.technique.lora == nil, "technique.lora", others: ["tasks"],
            "Adapters are trained for one task; there are \(tasks.count): remove lora.")
    }
}
