import DifferentiableTensors
import Foundation
import TensorKernels
import TrainingJobs

/// Several tasks on one trunk: a program for each, all with the same backbone in them, of which a micro-batch trains
/// one.
///
/// Losses are weighed as the job says: by fixed weights, or by each task's uncertainty σ, which is learnt. Then a
/// task's loss L becomes L / σ² + log σ, with log σ² as the parameter (Kendall, Gal and Cipolla 2018, equation 10).
public final class MultiTaskTraining: TrainingProgram {
    /// A task's program and the names that go with it.
    public struct Member {
        public let name: String
        public let labels: [String]
        let program: any TrainingProgram
        /// Beside the other tasks' losses, where weights are fixed.
        let weight: Float

        public init(name: String, labels: [String], program: any TrainingProgram, weight: Float = 1) {
            self.name = name
            self.labels = labels
            self.program = program
            self.weight = weight
        }
    }

    public let members: [Member]
    public let trainableParameters: [Parameter]
    public let layerGroups: [[Parameter]]
    /// log σ² of each task; empty where weights are fixed.
    private let logVariances: [Parameter]
    private let trunk: any TrainingProgram

    /// - Parameters:
    ///   - first: the first task's, whose backbone is that of all.
    ///   - others: the other tasks'; the names of their heads' parameters differ.
    init(first: Member, others: [Member], weighting: LossWeighting) {
        members = [first] + others
        trunk = first.program
        logVariances =
            weighting == .uncertainty
            ? members.map { Parameter("tasks.\($0.name).log_variance", shape: [1]) } : []
        let trunkGroups = trunk.layerGroups.dropLast()
        let shared = Set(trunkGroups.joined().map(ObjectIdentifier.init))
        let heads = members.flatMap(\.program.trainableParameters).filter {
            !shared.contains(ObjectIdentifier($0))
        }
        layerGroups = trunkGroups + [heads + logVariances]
        trainableParameters =
            trunk.trainableParameters.filter { shared.contains(ObjectIdentifier($0)) } + heads + logVariances
    }

    public var followingBuffers: [Buffer] { trunk.followingBuffers }

    public var parameterCount: Int {
        let ofTrunk = trunk.parameterCount - count(trunk.layerGroups.last ?? [])
        return ofTrunk + count(layerGroups.last ?? [])
    }

    public var frozenPart: FrozenPart? { trunk.frozenPart }

    /// Of the first task.
    public var classCount: Int { trunk.classCount }

    public var classCounts: [Int] { members.map(\.program.classCount) }

    public func extractFeatures(_ samples: [SampleInput]) throws -> [Tensor] {
        try trunk.extractFeatures(samples)
    }

    public func fillerRows(_ samples: [SampleInput]) throws -> Int { try trunk.fillerRows(samples) }

    public func trainingLoss(
        _ microBatch: MicroBatch, globalBatchCount: Int, context: ForwardContext
    ) throws -> Variable {
        try member(of: microBatch).program.trainingLoss(
            microBatch, globalBatchCount: globalBatchCount, context: context)
    }

    public func stepLoss(
        _ microBatch: MicroBatch, target: MicroBatch?, globalBatchCount: Int, progress: Float,
        context: ForwardContext
    ) throws -> StepLoss {
        let loss = try trainingLoss(microBatch, globalBatchCount: globalBatchCount, context: context)
        return StepLoss(
            total: weighed(loss, of: microBatch, globalBatchCount: globalBatchCount, context: context),
            task: loss)
    }

    /// The variance's own term counts by the samples that the task has in the step.
    private func weighed(
        _ loss: Variable, of microBatch: MicroBatch, globalBatchCount: Int, context: ForwardContext
    ) -> Variable {
        guard !logVariances.isEmpty else { return loss.scaled(by: members[microBatch.task].weight) }
        let logVariance = context.variable(logVariances[microBatch.task]).sum()
        let share = Float(microBatch.count) / Float(globalBatchCount)
        return loss * logVariance.scaled(by: -1).exponential() + logVariance.scaled(by: 0.5 * share)
    }

    public func evaluate(_ microBatch: MicroBatch) throws -> MicroBatchEvaluation {
        try member(of: microBatch).program.evaluate(microBatch)
    }

    /// The trunk as a backbone, and in `heads` for each task what its own model has beside it.
    public func export(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        let names = try trunk.exportTrunk(
            to: folder, labels: members[0].labels, backboneFolder: backboneFolder)
        let heads = try members.flatMap { member in
            try HeadFolder.write(
                name: member.name, trunkFolder: folder, to: folder,
                exporting: {
                    try member.program.export(to: $0, labels: member.labels, backboneFolder: backboneFolder)
                })
        }
        return names + heads
    }

    public func exportTrunk(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        try trunk.exportTrunk(to: folder, labels: labels, backboneFolder: backboneFolder)
    }

    private func member(of microBatch: MicroBatch) throws -> Member {
        guard members.indices.contains(microBatch.task) else {
            throw TechniqueError(
                .badMicroBatch, "a micro-batch is of task \(microBatch.task); there are \(members.count)")
        }
        return members[microBatch.task]
    }

    private func count(_ parameters: [Parameter]) -> Int { parameters.reduce(0) { $0 + $1.count } }
}
