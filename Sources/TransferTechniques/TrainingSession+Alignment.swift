import TensorKernels

/// What aligning two domains came to in a step, over the global batch: the same on any cluster.
public struct AlignmentSums: Sendable, Equatable {
    /// Sum of the alignment's loss over `samples`, in units of 2^-32.
    public var lossFixed: Int64
    /// Source samples that had target samples beside them.
    public var samples: Int
    /// Samples of both domains that a discriminator put into the right one.
    public var correct: Int
    /// Samples that a discriminator was asked about.
    public var judged: Int

    public init(lossFixed: Int64, samples: Int, correct: Int, judged: Int) {
        self.lossFixed = lossFixed
        self.samples = samples
        self.correct = correct
        self.judged = judged
    }
}

// The figures of an alignment, summed beside the gradients.
extension TrainingSession {
    static let alignmentFigureCount = 4

    func add(_ figures: AlignmentFigures) {
        let values = [
            figures.lossSum, Float(figures.samples), Float(figures.correct), Float(figures.judged),
        ]
        gradients.add(Tensor(values, shape: [Self.alignmentFigureCount]), segment: alignmentSegment)
    }

    /// Of the finished sums; `nil` where the program aligns nothing.
    var alignmentSums: AlignmentSums? {
        guard program.takesTarget else { return nil }
        let sums = gradients.result(segment: alignmentSegment, shape: [Self.alignmentFigureCount])
        return AlignmentSums(
            lossFixed: FixedPointLoss.units(sums[0]), samples: Int(sums[1].rounded()),
            correct: Int(sums[2].rounded()), judged: Int(sums[3].rounded()))
    }
}
