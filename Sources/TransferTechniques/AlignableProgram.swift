import DifferentiableTensors
import TaskHeads
import TensorKernels

/// A program whose last features can be pulled together between two domains.
public protocol AlignableProgram: TrainingProgram {
    /// Columns of what the last linear map reads.
    var alignedWidth: Int { get }

    /// Whether anything is trained that those features depend on.
    var trainsAlignedFeatures: Bool { get }

    /// Of training.
    var loss: ClassificationLoss { get }

    /// What the last linear map reads, [samples, `alignedWidth`], before dropout, and what it makes of it,
    /// [samples, classes].
    ///
    /// - Throws: `TechniqueError` where the micro-batch is not what the trained part takes.
    func classify(_ microBatch: MicroBatch, context: ForwardContext) throws -> ClassifiedFeatures
}

extension AlignableProgram {
    public func alignedFeatures(_ microBatch: MicroBatch) throws -> Tensor? {
        try classify(microBatch, context: .evaluation).features.value
    }
}

/// A micro-batch's features and their logits, in one graph.
public struct ClassifiedFeatures {
    /// [samples, width].
    public let features: Variable
    /// [samples, classes].
    public let logits: Variable

    public init(features: Variable, logits: Variable) {
        self.features = features
        self.logits = logits
    }

    /// Those of some of the samples.
    func rows(_ range: Range<Int>) -> ClassifiedFeatures {
        ClassifiedFeatures(features: features.rows(range), logits: logits.rows(range))
    }
}
