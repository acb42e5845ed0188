import TrainingJobs

/// All that a job needs to go on after its coordinator or its workers are gone: it is stored before anything
/// is done with it.
public struct TrainingProgress: Codable, Sendable, Equatable {
    /// A checkpoint with the value that it reached on the validation split.
    public struct Best: Codable, Sendable, Equatable {
        public var step: Int
        public var value: Double
        public var checkpoint: ContentFile
    }

    /// The generation that runs or ran last; 0 before the first.
    public internal(set) var generation = 0
    /// Members of that generation.
    public internal(set) var workerCount = 0
    /// Kernel family of the members; binding once there is a checkpoint.
    public internal(set) var kernelFamily: String?
    /// Whether the family is binding without a checkpoint: one was lost.
    public internal(set) var isBoundToFamily: Bool?
    /// Where `checkpoint` stands: steps that need not be run again.
    public internal(set) var step = 0
    public internal(set) var checkpoint: ContentFile?
    /// States before `checkpoint` that are kept in case it is lost, oldest first; `nil` in older records.
    public internal(set) var older: [StoredState]?
    /// A state beyond `checkpoint`, in the middle of the segment that starts there.
    public internal(set) var handedIn: HeldState?
    /// A segment whose checkpoint is on its way; `nil` in older records.
    public internal(set) var uncommitted: UncommittedSegment?
    /// The furthest step that a generation has started from or ended a segment at; `nil` in older records.
    public internal(set) var reachedStep: Int?
    public internal(set) var best: Best?
    public internal(set) var stopping = EarlyStopping()
    /// Why training is over; `nil` while it is not.
    public internal(set) var trainingEnd: String?
    public internal(set) var segments: [JobReport.Segment] = []
    /// Later generations add the work that they cost, not the samples, which are the same ones again.
    public internal(set) var extraction: JobReport.Extraction?
    /// The chosen checkpoint on the test split; `nil` until it is evaluated.
    public internal(set) var test: [JobReport.TaskMeasures]?
    /// The same on the target domain's test split.
    public internal(set) var targetTest: [JobReport.TaskMeasures]?
    public internal(set) var parameterCount = 0
    public internal(set) var trainableParameterCount = 0
    /// Generations in a row that lost a member before they got anywhere.
    public internal(set) var lossesWithoutProgress = 0
    /// How fast members are, as far as it is known; `nil` in older records.
    public internal(set) var speeds: MemberSpeeds?
    /// The model folder's files; set when the job is done.
    public internal(set) var exportedFiles: [ContentFile]?

    public init() {}

    /// The latest state that is stored: where a member that holds nothing goes on from.
    public var resumePoint: (step: Int, checkpoint: ContentFile?) {
        if let handedIn { return (handedIn.step, handedIn.checkpoint) }
        return (step, checkpoint)
    }

    /// As it is stored: segments are stored one by one, not all of them again with each.
    public var withoutSegments: TrainingProgress {
        var copy = self
        copy.segments = []
        return copy
    }

    /// As it was before `withoutSegments`.
    public func restoring(_ segments: [JobReport.Segment]) -> TrainingProgress {
        var copy = self
        copy.segments = segments
        return copy
    }

    /// Checkpoints that the job's present course needs.
    public var essentialCheckpoints: [ContentFile] {
        [checkpoint, handedIn?.checkpoint, best?.checkpoint].compactMap { $0 }
    }

    /// Checkpoints that are still of use; all others of the job may go.
    public var neededCheckpoints: [ContentFile] {
        var needed: [ContentFile] = []
        for file in essentialCheckpoints + (older ?? []).map(\.file) where !needed.contains(file) {
            needed.append(file)
        }
        return needed
    }

    /// As a retry takes it up: what went wrong before is not held against the job.
    public var forRetry: TrainingProgress {
        var copy = self
        copy.lossesWithoutProgress = 0
        return copy
    }

    /// The mean over tasks of the latest evaluation's measures of `kind`.
    public func latestValue(of kind: MetricKind) -> Double? {
        segments.last { !$0.validation.isEmpty }?.validation.mean(of: kind)
    }
}
