/// To one member: upload the state that it stands at, so that others can go on from it.
public struct HandInState: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int

    public init(jobID: String = "", generation: Int = 0) {
        self.jobID = jobID
        self.generation = generation
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
    }
}

/// A state in the middle of a segment, with what the segment's steps up to it came to.
public struct StateHandedIn: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var workerID: String
    public var step: Int
    /// Already in the blob store.
    public var checkpoint: FileReference?
    /// Of the segment, up to `step`, as far as this worker has them.
    public var steps: [StepRecord]

    public init(
        jobID: String = "", generation: Int = 0, workerID: String = "", step: Int = 0,
        checkpoint: FileReference? = nil, steps: [StepRecord] = []
    ) {
        self.jobID = jobID
        self.generation = generation
        self.workerID = workerID
        self.step = step
        self.checkpoint = checkpoint
        self.steps = steps
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("worker_id", &workerID)
        visitor.field("step", &step)
        visitor.field("checkpoint", &checkpoint)
        visitor.field("steps", &steps)
    }
}
