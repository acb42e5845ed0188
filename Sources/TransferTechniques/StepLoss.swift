import DifferentiableTensors

/// What a micro-batch adds to a step.
public struct StepLoss {
    /// What is minimised.
    public var total: Variable
    /// Of it, the loss of the task.
    public var task: Variable
    /// What pulling the domains together came to; `nil` where nothing does.
    public var alignment: AlignmentFigures?

    public init(total: Variable, task: Variable, alignment: AlignmentFigures? = nil) {
        self.total = total
        self.task = task
        self.alignment = alignment
    }
}

/// What pulling two domains together came to, added up over samples.
public struct AlignmentFigures: Sendable, Equatable {
    /// The alignment's loss, unweighted, times the source samples that it was measured with.
    public var lossSum: Float
    /// Those source samples.
    public var samples: Int
    /// Samples of both domains that a discriminator put into the right one.
    public var correct: Int
    /// Samples that a discriminator was asked about; 0 where there is none.
    public var judged: Int

    public init(lossSum: Float = 0, samples: Int = 0, correct: Int = 0, judged: Int = 0) {
        self.lossSum = lossSum
        self.samples = samples
        self.correct = correct
        self.judged = judged
    }
}
