import DifferentiableTensors
import Foundation
import TensorKernels

/// Adaptive batch normalisation (Li et al. 2016, arXiv:1603.04779): the network learns on the source domain alone, and
/// its batch-norm layers keep the statistics of the target domain.
///
/// Each micro-batch of the source domain is normalised by its own statistics, as always in training; what the layers
/// observe for later use comes from a pass of the target's samples, which nothing is learnt from.
public final class AdaptedStatistics: TrainingProgram {
    private let program: any AlignableProgram

    /// - Parameter program: one with statistics that follow.
    init(_ program: any AlignableProgram) { self.program = program }

    public var trainableParameters: [Parameter] { program.trainableParameters }
    public var layerGroups: [[Parameter]] { program.layerGroups }
    public var followingBuffers: [Buffer] { program.followingBuffers }
    public var parameterCount: Int { program.parameterCount }
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
        let loss = try trainingLoss(microBatch, globalBatchCount: globalBatchCount, context: context)
        for buffer in followingBuffers { buffer.clearObservations() }
        if let target, target.count > 0 { _ = try program.classify(target, context: context) }
        return StepLoss(total: loss, task: loss, alignment: AlignmentFigures())
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
