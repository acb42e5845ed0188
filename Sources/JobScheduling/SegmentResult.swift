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
public struct StepResult: Codable, Sendable, Equatable {
    public var step: Int
    /// Sum over the global batch in units of 2^-32.
    public var lossFixed: Int64
    public var samples: Int
    public var learningRate: Float
    public var gradientNorm: Float
    /// `nil` where no two domains are aligned.
    public var alignment: AlignmentResult?

    public init(
        step: Int, lossFixed: Int64, samples: Int, learningRate: Float, gradientNorm: Float,
        alignment: AlignmentResult? = nil
    ) {
        self.step = step
        self.lossFixed = lossFixed
        self.samples = samples
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        self.alignment = alignment
    }
}

/// What pulling source and target domain together came to in a step, over the global batch.
public struct AlignmentResult: Codable, Sendable, Equatable {
    /// Sum over `samples` in units of 2^-32.
    public var lossFixed: Int64
    public var samples: Int
    /// Samples of both domains that a discriminator put into the right one, of `judged`.
    public var correct: Int
    public var judged: Int

    public init(lossFixed: Int64, samples: Int, correct: Int, judged: Int) {
        self.lossFixed = lossFixed
        self.samples = samples
        self.correct = correct
        self.judged = judged
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
    /// Of `compute`: in the micro-batches alone.
    public var lanes: Double
    /// That those were.
    public var microBatches: Int

    public init(
        compute: Double = 0, exchange: Double = 0, evaluate: Double = 0, checkpoint: Double = 0,
        total: Double = 0, exchangedBytes: Int = 0, lanes: Double = 0, microBatches: Int = 0
    ) {
        self.compute = compute
        self.exchange = exchange
        self.evaluate = evaluate
        self.checkpoint = checkpoint
        self.total = total
        self.exchangedBytes = exchangedBytes
        self.lanes = lanes
        self.microBatches = microBatches
    }
}

/// What one member reports of a segment.
public struct SegmentResult: Sendable, Equatable {
    public var segment: Int
    public var endStep: Int
    /// From rank 0 only.
    public var steps: [StepResult]
    public var counts: [TaskCounts]
    /// From rank 0, where it is stored already; otherwise `checkpointStored` follows.
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
