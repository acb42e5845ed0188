import TrainingJobs

/// Integer counts of one task over the lanes that one member owns.
public struct TaskCounts: Sendable, Equatable {
    /// Index in the job file.
    public var task: Int
    public var samples: Int
    /// Row-major, true class by predicted class.
    public var confusion: [Int]
    /// Sum of losses in units of 2^-32.
    public var lossFixed: Int64

    public init(task: Int, samples: Int, confusion: [Int], lossFixed: Int64) {
        self.task = task
        self.samples = samples
        self.confusion = confusion
        self.lossFixed = lossFixed
    }
}

/// What one step came to, alike on every member; rank 0 reports it.
public struct StepResult: Sendable, Equatable {
    public var step: Int
    /// Sum over the global batch in units of 2^-32.
    public var lossFixed: Int64
    public var samples: Int
    public var learningRate: Float
    public var gradientNorm: Float

    public init(step: Int, lossFixed: Int64, samples: Int, learningRate: Float, gradientNorm: Float) {
        self.step = step
        self.lossFixed = lossFixed
        self.samples = samples
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
    }
}

/// Where a segment's time went on one member, in seconds.
public struct SegmentTiming: Sendable, Equatable {
    /// Forward, backward, quantisation, optimiser.
    public var compute: Double
    /// In the all-reduce, waiting included.
    public var exchange: Double
    public var evaluate: Double
    public var checkpoint: Double
    public var total: Double
    /// Sent by this member.
    public var exchangedBytes: Int

    public init(
        compute: Double = 0, exchange: Double = 0, evaluate: Double = 0, checkpoint: Double = 0,
        total: Double = 0, exchangedBytes: Int = 0
    ) {
        self.compute = compute
        self.exchange = exchange
        self.evaluate = evaluate
        self.checkpoint = checkpoint
        self.total = total
        self.exchangedBytes = exchangedBytes
    }
}

/// What one member reports of a segment.
public struct SegmentResult: Sendable, Equatable {
    public var segment: Int
    public var endStep: Int
    /// From rank 0 only.
    public var steps: [StepResult]
    public var counts: [TaskCounts]
    /// From rank 0 only.
    public var checkpoint: ContentFile?
    public var timing: SegmentTiming

    public init(
        segment: Int, endStep: Int, steps: [StepResult] = [], counts: [TaskCounts] = [],
        checkpoint: ContentFile? = nil, timing: SegmentTiming = SegmentTiming()
    ) {
        self.segment = segment
        self.endStep = endStep
        self.steps = steps
        self.counts = counts
        self.checkpoint = checkpoint
        self.timing = timing
    }
}

/// A pair of members that cannot talk.
public struct PeerFault: Sendable, Equatable {
    public var fromEndpoint: String
    public var toEndpoint: String
    public var reason: String

    public init(fromEndpoint: String, toEndpoint: String, reason: String) {
        self.fromEndpoint = fromEndpoint
        self.toEndpoint = toEndpoint
        self.reason = reason
    }
}

/// Why something did not work: a stable code and a text for people.
public struct JobFailure: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    public var code: String
    public var message: String
    public var context: String

    public init(code: String, message: String, context: String = "") {
        self.code = code
        self.message = message
        self.context = context
    }

    public var description: String { context.isEmpty ? message : "\(message) (\(context))" }
}

/// What a member says in a report, beside which generation it speaks of.
public enum MemberReport: Sendable, Equatable {
    case prepared(faults: [PeerFault], failure: JobFailure?, parameters: Int, trainableParameters: Int)
    case extracted(JobReport.Extraction)
    case segmentDone(SegmentResult)
    case evaluated(split: DataSplit, counts: [TaskCounts], seconds: Double)
    case exported([ContentFile])
    /// `lostWorkerID` names the peer that is gone, where that is why.
    case failed(JobFailure, lostWorkerID: String?)
}

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
    case cancel
}
