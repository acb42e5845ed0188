import TrainingJobs

/// One job's course as a machine without IO: events in, directives out.
///
/// It decides who does what next, when to evaluate and to stop, which checkpoint is kept, and what a lost
/// member means. Events of older generations and repeats change nothing. Whoever owns it stores `progress`
/// and `state` before it carries out the directives, so that a crash in between only repeats work.
public struct JobDriver: Sendable, Equatable {
    /// How a job ended.
    public enum Outcome: Sendable, Equatable {
        case done
        case failed(JobFailure)
        case cancelled
    }

    /// What the members are doing, with what has come in so far.
    enum Phase: Sendable, Equatable {
        case waiting
        case preparing(Preparation)
        /// The member of this rank hands in the state of this step.
        case handingIn(rank: Int, step: Int)
        case extracting([String: JobReport.Extraction])
        case training(Segment, [String: SegmentResult])
        case evaluating([String: [TaskCounts]])
        case exporting
        case paused
        case ended(Outcome)
    }

    public let specification: JobSpecification
    public let plan: DatasetPlan
    public internal(set) var progress: TrainingProgress
    /// The present generation, by rank; empty while the job waits.
    public internal(set) var members: [MemberAssignment] = []
    /// Workers that this job goes without, and why: their host failed it, or their peers cannot reach them.
    public internal(set) var excludedWorkers: [String: JobFailure] = [:]
    /// What the job waits for, or how it ended; for people.
    public internal(set) var message = ""
    /// Workers that nobody needs, as of the last event that named them.
    var idleWorkers: [WorkerCandidate] = []
    /// Members among these leave at the segment's end.
    var drainedWorkers: Set<String> = []
    /// What others have a better claim to.
    var concession: Concession?
    var phase = Phase.waiting
    var nextSegment = 0
    /// Where this generation's first segment begins; `nil` once it has been told.
    var firstStart: GenerationStart?
    /// The step whose state this generation's members were told to begin with.
    var preparedFrom = 0
    /// The running segment's end, where it is stored before all members have reported.
    var storedAhead: StoredState?
    let segments: SegmentSchedule

    /// - Parameter progress: where an earlier coordinator left the job; by default a fresh one.
    public init(specification: JobSpecification, plan: DatasetPlan, progress: TrainingProgress = .init()) {
        self.specification = specification
        self.plan = plan
        self.progress = progress
        segments = SegmentSchedule(specification: specification, plan: plan)
    }

    public var state: JobState {
        switch phase {
        case .waiting: .queued
        case .preparing, .handingIn: .preparing
        case .extracting: .extracting
        case .training: .training
        case .evaluating: .evaluating
        case .exporting: .exporting
        case .paused: .paused
        case .ended(.done): .done
        case .ended(.failed): .failed
        case .ended(.cancelled): .cancelled
        }
    }

    /// `nil` until the job has ended.
    public var outcome: Outcome? {
        if case .ended(let outcome) = phase { outcome } else { nil }
    }

    /// Steps of the whole job; early stopping may end it before.
    public var totalSteps: Int { segments.totalSteps }

    /// Kernel family that the next generation must be of; `nil` while any will do.
    public var requiredFamily: String? {
        progress.resumePoint.checkpoint == nil && progress.isBoundToFamily != true
            ? nil : progress.kernelFamily
    }

    /// The task whose metric chooses the checkpoint, the first with a validation split. Of several tasks all go by one
    /// metric, and by its mean.
    public var decidingTask: TaskSpecification? {
        plan.tasks.firstIndex { $0.validationCount > 0 }.flatMap {
            specification.tasks.indices.contains($0) ? specification.tasks[$0] : nil
        }
    }

    /// Which workers the job goes without, and why; empty where it wants for nothing.
    public var notice: String {
        excludedWorkers.values.map { "without \($0.context): \($0.message)" }.sorted().joined(separator: "; ")
    }

    /// Takes in one event. Where it means nothing now, the answer is empty and nothing has changed.
    public mutating func handle(_ event: JobEvent) -> [JobDirective] {
        guard outcome == nil else { return [] }
        switch event {
        case .assign(let members):
            return start(members)
        case .assignmentImpossible(let reason):
            return giveUpWaiting(reason)
        case .report(let workerID, let generation, .checkpointStored(let step, let file)):
            return checkpointStored(workerID, generation, StoredState(step: step, file: file))
        case .report(let workerID, let generation, let report):
            guard generation == progress.generation, rank(of: workerID) != nil else { return [] }
            return take(report, from: workerID)
        case .workerLost(let workerID, let loss):
            return lose(workerID, loss)
        case .workerRegistered(let workerID):
            excludedWorkers[workerID] = nil
            return []
        case .idleWorkers(let candidates):
            if case .training = phase { idleWorkers = candidates }
            return []
        case .drained(let workerIDs):
            return drain(workerIDs)
        case .claimed(let claim):
            if case .training = phase { concession = claim }
            return []
        case .checkpointLost(let sha256):
            return checkpointLost(sha256)
        case .filesMissing(let reason):
            return filesMissing(reason)
        case .impossible(let failure):
            return fail(failure)
        case .pause:
            return pause()
        case .resume:
            return resume()
        case .cancel:
            let releases = end(.cancelled)
            message = "cancelled"
            return releases + [.log(.info, "The job was cancelled.")]
        }
    }

    private mutating func take(_ report: MemberReport, from workerID: String) -> [JobDirective] {
        switch report {
        case .prepared(let faults, let failure, let parameters, let trainable, let heldStep):
            return prepared(
                workerID,
                PreparedMember(
                    faults: faults, parameters: parameters, trainableParameters: trainable,
                    heldStep: heldStep),
                failure)
        case .handedIn(let state): return handedIn(workerID, state)
        case .extracted(let work): return extracted(workerID, work)
        case .segmentDone(let result): return segmentDone(workerID, result)
        case .checkpointStored: return []
        case .evaluated(let split, let counts, _): return evaluated(workerID, split, counts)
        case .exported(let files): return exported(workerID, files)
        case .failed(let failure, let lostWorkerID): return memberFailed(workerID, failure, lostWorkerID)
        }
    }

    func rank(of workerID: String) -> Int? { members.first { $0.workerID == workerID }?.rank }

    func name(of workerID: String) -> String {
        members.first { $0.workerID == workerID }?.name ?? workerID
    }

    func command(_ command: MemberCommand, to workerID: String) -> JobDirective {
        .command(workerID: workerID, generation: progress.generation, command)
    }

    func commandAll(_ command: MemberCommand) -> [JobDirective] {
        members.map { self.command(command, to: $0.workerID) }
    }

    /// Ends the job and lets its members go.
    mutating func end(_ outcome: Outcome) -> [JobDirective] {
        let releases = commandAll(.release)
        members = []
        phase = .ended(outcome)
        return releases
    }

    mutating func fail(_ failure: JobFailure) -> [JobDirective] {
        let releases = end(.failed(failure))
        message = failure.description
        return releases + [.log(.error, "The job failed: \(failure)")]
    }
}
