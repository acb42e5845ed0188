import DifferentiableTensors
import DomainAdaptation
import Foundation
import TensorKernels

/// A program that learns its task on the source domain while the features of source and target domain are pulled
/// together. Both domains' samples of a micro-batch go through the trained part in one pass, so that batch
/// normalisation sees a mixture of both, as it will where the model is used.
///
/// What leaves is the program's model; a discriminator stays behind.
public final class AdaptedTraining: TrainingProgram {
    private let program: any AlignableProgram
    private let alignment: any FeatureAlignment
    private let weight: Float

    /// - Parameter weight: of the alignment's loss beside the task's.
    init(_ program: any AlignableProgram, alignment: any FeatureAlignment, weight: Float) {
        self.program = program
        self.alignment = alignment
        self.weight = weight
    }

    public var trainableParameters: [Parameter] { program.trainableParameters + alignment.parameters }

    /// The discriminator learns as the head does.
    public var layerGroups: [[Parameter]] {
        let groups = program.layerGroups
        return groups.dropLast() + [(groups.last ?? []) + alignment.parameters]
    }

    public var followingBuffers: [Buffer] { program.followingBuffers }
    public var parameterCount: Int {
        program.parameterCount + alignment.parameters.reduce(0) { $0 + $1.count }
    }
    public var frozenPart: FrozenPart? { program.frozenPart }
    public var classCount: Int { program.classCount }
    public var takesTarget: Bool { true }

    public func extractFeatures(_ samples: [SampleInput]) throws -> [Tensor] {
        try program.extractFeatures(samples)
    }

    public func fillerRows(_ samples: [SampleInput]) throws -> Int { try program.fillerRows(samples) }

    public func trainingLoss(
        _ microBatch: MicroBatch, globalBatchCount: Int, context: ForwardContext
    ) throws -> Variable {
        try program.trainingLoss(microBatch, globalBatchCount: globalBatchCount, context: context)
    }

    public func stepLoss(
        _ microBatch: MicroBatch, target: MicroBatch?, globalBatchCount: Int, progress: Float,
        context: ForwardContext
    ) throws -> StepLoss {
        guard let target, target.count > 0 else {
            let loss = try trainingLoss(microBatch, globalBatchCount: globalBatchCount, context: context)
            return StepLoss(total: loss, task: loss, alignment: AlignmentFigures())
        }
        let both = try program.classify(microBatch.joined(with: target), context: context)
        let source = both.rows(0..<microBatch.count)
        let share = 1 / Float(globalBatchCount)
        let task = program.loss(source.logits, labels: microBatch.labels, weight: share)
        let aligned = alignment.loss(
            source: AlignedFeatures(source),
            target: AlignedFeatures(both.rows(microBatch.count..<microBatch.count + target.count)),
            progress: progress, context: context)
        let samples = Float(microBatch.count)
        return StepLoss(
            total: task + aligned.loss.scaled(by: weight * samples * share), task: task,
            alignment: AlignmentFigures(
                lossSum: aligned.loss.value.scalar * samples, samples: microBatch.count,
                correct: aligned.correct, judged: aligned.count))
    }

    public func alignedFeatures(_ microBatch: MicroBatch) throws -> Tensor? {
        try program.alignedFeatures(microBatch)
    }

    public func evaluate(_ microBatch: MicroBatch) throws -> MicroBatchEvaluation {
        try program.evaluate(microBatch)
    }

    public func export(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        try program.export(to: folder, labels: labels, backboneFolder: backboneFolder)
    }
}

extension AlignedFeatures {
    init(_ classified: ClassifiedFeatures) {
        self.init(features: classified.features, logits: classified.logits)
    }
}
