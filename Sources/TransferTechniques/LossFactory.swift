import TaskHeads
import TrainingJobs

/// From the job file's words to the training loss.
enum LossFactory {
    /// - Throws: `TechniqueError` `.unsupported` where weights name a label that the task does not have, or the plan
    ///   lacks the counts that weights need.
    static func loss(_ training: TrainingSpecification, task: DatasetPlan.Task) throws -> ClassificationLoss {
        ClassificationLoss(
            labelSmoothing: training.labelSmoothing ?? 0,
            classWeights: try training.classWeights.map { try classWeights($0, task: task) })
    }

    private static func classWeights(_ weights: ClassWeights, task: DatasetPlan.Task) throws -> [Float] {
        guard let counts = task.trainLabelCounts, counts.count == task.labels.count else {
            throw TechniqueError(
                .unsupported,
                "training.class_weights need the samples of each class, which this job's plan does not have: "
                    + "submit the job again")
        }
        guard case .given(let given) = weights else { return ClassificationLoss.balanced(counts: counts) }
        var values = [Float](repeating: 1, count: counts.count)
        for each in given {
            guard let label = task.labels.firstIndex(where: { $0.utf8.elementsEqual(each.label.utf8) }) else {
                throw TechniqueError(
                    .unsupported,
                    "training.class_weights names the label \"\(each.label)\", which the training data does not "
                        + "have", context: each.label)
            }
            values[label] = each.weight
        }
        return ClassificationLoss.normalized(values, counts: counts)
    }
}
