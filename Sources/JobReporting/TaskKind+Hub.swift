import TrainingJobs

extension JobSpecification {
    var taskKind: TaskKind { tasks.first?.kind ?? .textClassification }
}

/// What the Hugging Face hub, and a model card, call a kind of task.
extension TaskKind {
    /// By the hub's list of tasks.
    var hubTask: String {
        switch self {
        case .textClassification: "text-classification"
        case .imageClassification: "image-classification"
        case .tableClassification: "tabular-classification"
        }
    }

    var hubTaskName: String {
        switch self {
        case .textClassification: "Text Classification"
        case .imageClassification: "Image Classification"
        case .tableClassification: "Tabular Classification"
        }
    }

    /// The model, at the start of a sentence.
    var classifier: String {
        switch self {
        case .textClassification: "A text classifier"
        case .imageClassification: "An image classifier"
        case .tableClassification: "A classifier of tables"
        }
    }
}
