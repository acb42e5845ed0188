/// Run steps [first_step, end_step), then what is asked for at its end.
public struct RunSegment: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var segment: Int
    public var firstStep: Int
    public var endStep: Int
    /// The validation split.
    public var evaluate: Bool
    /// Rank 0 uploads the state at end_step.
    public var checkpoint: Bool
    /// Where to begin, if beyond first_step: the steps before it are held already.
    public var resumeStep: Int
    /// At the step to begin at, for workers that do not stand there.
    public var state: FileReference?

    public init(
        jobID: String = "", generation: Int = 0, segment: Int = 0, firstStep: Int = 0, endStep: Int = 0,
        evaluate: Bool = false, checkpoint: Bool = false, resumeStep: Int = 0, state: FileReference? = nil
    ) {
        self.jobID = jobID
        self.generation = generation
        self.segment = segment
        self.firstStep = firstStep
        self.endStep = endStep
        self.evaluate = evaluate
        self.checkpoint = checkpoint
        self.resumeStep = resumeStep
        self.state = state
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("segment", &segment)
        visitor.field("first_step", &firstStep)
        visitor.field("end_step", &endStep)
        visitor.field("evaluate", &evaluate)
        visitor.field("checkpoint", &checkpoint)
        visitor.field("resume_step", &resumeStep)
        visitor.field("state", &state)
    }
}

/// Counts of one task over the lanes that a worker owns; integers, so that their sum has no order.
public struct EvaluationCounts: Sendable, Equatable, WireMessage {
    public var task: Int
    public var split: String
    public var samples: Int
    /// Row-major, true class by predicted class.
    public var confusion: [Int]
    /// Sum of losses in units of 2^-32.
    public var lossFixed: Int64

    public init(
        task: Int = 0, split: String = "", samples: Int = 0, confusion: [Int] = [], lossFixed: Int64 = 0
    ) {
        self.task = task
        self.split = split
        self.samples = samples
        self.confusion = confusion
        self.lossFixed = lossFixed
    }

    init() { self.init(task: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("task", &task)
        visitor.field("split", &split)
        visitor.field("samples", &samples)
        visitor.field("confusion", &confusion)
        visitor.field("loss_fixed", &lossFixed)
    }
}

/// What came of one optimiser step.
public struct StepRecord: Sendable, Equatable, WireMessage {
    public var step: Int
    /// Sum over the global batch in units of 2^-32, alike on every worker.
    public var lossFixed: Int64
    public var samples: Int
    public var learningRate: Float
    public var gradientNorm: Float
    /// Absent where no two domains are aligned.
    public var alignment: DomainAlignment?

    public init(
        step: Int = 0, lossFixed: Int64 = 0, samples: Int = 0, learningRate: Float = 0,
        gradientNorm: Float = 0, alignment: DomainAlignment? = nil
    ) {
        self.step = step
        self.lossFixed = lossFixed
        self.samples = samples
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        self.alignment = alignment
    }

    init() { self.init(step: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("step", &step)
        visitor.field("loss_fixed", &lossFixed)
        visitor.field("samples", &samples)
        visitor.field("learning_rate", &learningRate)
        visitor.field("gradient_norm", &gradientNorm)
        visitor.field("alignment", &alignment)
    }
}

/// What pulling source and target domain together came to in a step, over the global batch.
public struct DomainAlignment: Sendable, Equatable, WireMessage {
    /// Sum over `samples` in units of 2^-32.
    public var lossFixed: Int64
    /// Of the source domain that had target samples beside them.
    public var samples: Int
    /// Samples of both domains that a discriminator put into the right one.
    public var correct: Int
    /// Samples that a discriminator was asked about.
    public var judged: Int

    public init(lossFixed: Int64 = 0, samples: Int = 0, correct: Int = 0, judged: Int = 0) {
        self.lossFixed = lossFixed
        self.samples = samples
        self.correct = correct
        self.judged = judged
    }

    init() { self.init(lossFixed: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("loss_fixed", &lossFixed)
        visitor.field("samples", &samples)
        visitor.field("correct", &correct)
        visitor.field("judged", &judged)
    }
}

/// Where a segment's time went on one worker.
public struct SegmentTimings: Sendable, Equatable, WireMessage {
    /// Forward, backward, quantisation, optimiser.
    public var computeSeconds: Double
    /// In the all-reduce, waiting included.
    public var exchangeSeconds: Double
    public var evaluateSeconds: Double
    public var checkpointSeconds: Double
    public var totalSeconds: Double
    /// Sent by this worker.
    public var exchangedBytes: Int
    /// Of `computeSeconds`: in the micro-batches alone.
    public var laneSeconds: Double
    /// That those were.
    public var microBatches: Int

    public init(
        computeSeconds: Double = 0, exchangeSeconds: Double = 0, evaluateSeconds: Double = 0,
        checkpointSeconds: Double = 0, totalSeconds: Double = 0, exchangedBytes: Int = 0,
        laneSeconds: Double = 0, microBatches: Int = 0
    ) {
        self.computeSeconds = computeSeconds
        self.exchangeSeconds = exchangeSeconds
        self.evaluateSeconds = evaluateSeconds
        self.checkpointSeconds = checkpointSeconds
        self.totalSeconds = totalSeconds
        self.exchangedBytes = exchangedBytes
        self.laneSeconds = laneSeconds
        self.microBatches = microBatches
    }

    init() { self.init(computeSeconds: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("compute_seconds", &computeSeconds)
        visitor.field("exchange_seconds", &exchangeSeconds)
        visitor.field("evaluate_seconds", &evaluateSeconds)
        visitor.field("checkpoint_seconds", &checkpointSeconds)
        visitor.field("total_seconds", &totalSeconds)
        visitor.field("exchanged_bytes", &exchangedBytes)
        visitor.field("lane_seconds", &laneSeconds)
        visitor.field("micro_batches", &microBatches)
    }
}

/// A worker has run its segment.
public struct SegmentDone: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var segment: Int
    public var workerID: String
    public var endStep: Int
    /// From rank 0 only.
    public var steps: [StepRecord]
    public var evaluation: [EvaluationCounts]
    /// From rank 0, when asked for; already in the blob store.
    public var checkpoint: FileReference?
    public var timings: SegmentTimings?

    public init(
        jobID: String = "", generation: Int = 0, segment: Int = 0, workerID: String = "", endStep: Int = 0,
        steps: [StepRecord] = [], evaluation: [EvaluationCounts] = [], checkpoint: FileReference? = nil,
        timings: SegmentTimings? = nil
    ) {
        self.jobID = jobID
        self.generation = generation
        self.segment = segment
        self.workerID = workerID
        self.endStep = endStep
        self.steps = steps
        self.evaluation = evaluation
        self.checkpoint = checkpoint
        self.timings = timings
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("segment", &segment)
        visitor.field("worker_id", &workerID)
        visitor.field("end_step", &endStep)
        visitor.field("steps", &steps)
        visitor.field("evaluation", &evaluation)
        visitor.field("checkpoint", &checkpoint)
        visitor.field("timings", &timings)
    }
}
