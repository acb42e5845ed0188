import TaskHeads
import TrainingJobs

/// What a task wants of the trunk: a head, and how far off its predictions are.
public struct HeadRequest {
    /// The task's; `nil` in a job of one task, whose head's parameters need no prefix.
    public let name: String?
    public let labels: [String]
    /// Of training.
    public let loss: ClassificationLoss
    /// Beside the other tasks' losses.
    public let weight: Float

    public init(
        name: String? = nil, labels: [String], loss: ClassificationLoss = ClassificationLoss(),
        weight: Float = 1
    ) {
        self.name = name
        self.labels = labels
        self.loss = loss
        self.weight = weight
    }

    /// A head without names for its classes.
    init(classCount: Int, loss: ClassificationLoss) {
        self.init(labels: (0..<classCount).map(String.init), loss: loss)
    }

    /// One for each task of a job.
    ///
    /// - Throws: `TechniqueError` where class weights do not fit a task.
    public static func all(of specification: JobSpecification, plan: DatasetPlan) throws -> [HeadRequest] {
        try zip(specification.tasks, plan.tasks).map { task, planned in
            HeadRequest(
                name: plan.tasks.count > 1 ? task.name : nil, labels: planned.labels,
                loss: try TechniqueCatalog.loss(for: specification, task: planned), weight: task.weight ?? 1)
        }
    }

    var classCount: Int { labels.count }

    /// Before the names of the head's parameters.
    var namePrefix: String { name.map { "tasks.\($0)." } ?? "" }
}

extension TechniqueCatalog {
    /// The program of one task, or of several on one trunk.
    ///
    /// - Parameter program: makes a task's; the trunk is the same in all.
    static func program(
        for specification: JobSpecification, heads: [HeadRequest],
        of program: (HeadRequest) throws -> any TrainingProgram
    ) throws -> any TrainingProgram {
        guard let first = heads.first else {
            throw TechniqueError(.unsupported, "the job has no task")
        }
        guard heads.count > 1 else { return try program(first) }
        let members = try heads.map { head in
            MultiTaskTraining.Member(
                name: head.name ?? "", labels: head.labels, program: try program(head), weight: head.weight)
        }
        return MultiTaskTraining(
            first: members[0], others: Array(members.dropFirst()),
            weighting: specification.multiTask?.weighting ?? .fixed)
    }
}
