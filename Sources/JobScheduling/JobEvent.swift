/// Why a member is no longer there.
public enum WorkerLoss: Sendable, Equatable {
    /// Silent for too long, or back as a new process.
    case crash(String)
    /// Said goodbye.
    case leave
}

/// What a `JobDriver` is told.
public enum JobEvent: Sendable, Equatable {
    /// The next generation's members; only while the job waits.
    case assign([MemberAssignment])
    /// Workers that could serve this job are too few even when all are free.
    case assignmentImpossible(String)
    case report(workerID: String, generation: Int, MemberReport)
    case workerLost(workerID: String, WorkerLoss)
    /// A new process of this worker has registered: earlier grudges are void.
    case workerRegistered(workerID: String)
    /// Workers that no job needs, as they are at this moment; they replace those named before. A job in
    /// training may take some in at its segment's end.
    case idleWorkers([WorkerCandidate])
    /// Workers whose hosts are being emptied, as they are at this moment; they replace those named before. The
    /// job goes on without them as soon as that loses no step.
    case drained(Set<String>)
    /// Members that other jobs have a better claim to, as of this moment; `nil`: none. A job in training gives
    /// them up at its segment's end.
    case claimed(Concession?)
    /// A state of the job is no longer in the blob store, or was damaged there.
    case checkpointLost(sha256: String)
    /// Files that members need are being made anew: those that prepare are let go meanwhile.
    case filesMissing(String)
    /// What the job cannot go on without is gone for good.
    case impossible(JobFailure)
    /// Let the members go; the job waits until it is resumed.
    case pause
    case resume
    case cancel
}
