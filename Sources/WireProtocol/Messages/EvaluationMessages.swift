/// Evaluate a checkpoint (by hash; empty: the present state) on a split.
public struct EvaluateModel: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var split: String
    public var checkpoint: FileReference?

    public init(
        jobID: String = "", generation: Int = 0, split: String = "", checkpoint: FileReference? = nil
    ) {
        self.jobID = jobID
        self.generation = generation
        self.split = split
        self.checkpoint = checkpoint
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("split", &split)
        visitor.field("checkpoint", &checkpoint)
    }
}

/// Counts of an evaluation on one worker.
public struct ModelEvaluated: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var workerID: String
    public var split: String
    public var evaluation: [EvaluationCounts]
    public var seconds: Double

    public init(
        jobID: String = "", generation: Int = 0, workerID: String = "", split: String = "",
        evaluation: [EvaluationCounts] = [], seconds: Double = 0
    ) {
        self.jobID = jobID
        self.generation = generation
        self.workerID = workerID
        self.split = split
        self.evaluation = evaluation
        self.seconds = seconds
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("worker_id", &workerID)
        visitor.field("split", &split)
        visitor.field("evaluation", &evaluation)
        visitor.field("seconds", &seconds)
    }
}

/// To rank 0: build the model folder from a checkpoint and upload its files.
public struct ExportModel: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var checkpoint: FileReference?

    public init(jobID: String = "", generation: Int = 0, checkpoint: FileReference? = nil) {
        self.jobID = jobID
        self.generation = generation
        self.checkpoint = checkpoint
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("checkpoint", &checkpoint)
    }
}

/// The model folder is in the blob store.
public struct ModelExported: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var workerID: String
    /// "config.json", "model.safetensors", …: already in the blob store.
    public var files: [FileReference]

    public init(jobID: String = "", generation: Int = 0, workerID: String = "", files: [FileReference] = []) {
        self.jobID = jobID
        self.generation = generation
        self.workerID = workerID
        self.files = files
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("worker_id", &workerID)
        visitor.field("files", &files)
    }
}
