/// From rank 0, some time after `SegmentDone`: the state at the segment's end is in the blob store.
public struct CheckpointStored: Sendable, Equatable, WireMessage {
    public var jobID: String
    /// The one that ran the segment, whichever runs now.
    public var generation: Int
    public var workerID: String
    public var step: Int
    public var file: FileReference?

    public init(
        jobID: String = "", generation: Int = 0, workerID: String = "", step: Int = 0,
        file: FileReference? = nil
    ) {
        self.jobID = jobID
        self.generation = generation
        self.workerID = workerID
        self.step = step
        self.file = file
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("worker_id", &workerID)
        visitor.field("step", &step)
        visitor.field("file", &file)
    }
}
