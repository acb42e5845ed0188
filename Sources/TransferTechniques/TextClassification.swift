import DifferentiableTensors
import Foundation
import PretrainedBackbones
import TaskHeads
import TensorKernels
import TrainingJobs

/// What the techniques for text classification have in common: an encoder, a head, the loss between logits
/// and labels. They differ in what is frozen and hence in what a micro-batch starts from.
protocol TextClassification: AlignableProgram {
    var encoder: any ClassifiableEncoder { get }
    var head: ClassificationHead { get }
    /// Tokens that texts are cut to.
    var maximumLength: Int { get }
    /// Whether what leaves is the encoder alone, as a backbone for other jobs.
    var exportsBackbone: Bool { get }

    /// From a micro-batch, at the cut, to pooled rows: samples × width.
    func pooled(_ microBatch: MicroBatch, context: ForwardContext) throws -> Variable
}

extension TextClassification {
    public var alignedWidth: Int { encoder.hiddenSize }

    public var trainsAlignedFeatures: Bool { head.dense != nil || !encoder.trainableParameters.isEmpty }

    public func classify(_ microBatch: MicroBatch, context: ForwardContext) throws -> ClassifiedFeatures {
        let features = head.features(try pooled(microBatch, context: context), context: context)
        return ClassifiedFeatures(features: features, logits: head.classify(features, context: context))
    }

    public var parameterCount: Int { encoder.parameterCount + head.parameterCount }

    public var classCount: Int { head.labelCount }

    var exportsBackbone: Bool { false }

    public var layerGroups: [[Parameter]] {
        (encoder.layerGroups + [head.parameters]).map { $0.filter(\.isTrainable) }
    }

    public func fillerRows(_ samples: [SampleInput]) throws -> Int {
        encoder.fillerRows(SequenceLayout(lengths: try samples.tokens().map(\.count)))
    }

    public func trainingLoss(
        _ microBatch: MicroBatch, globalBatchCount: Int, context: ForwardContext
    ) throws -> Variable {
        loss(
            try classify(microBatch, context: context).logits, labels: microBatch.labels,
            weight: 1 / Float(globalBatchCount))
    }

    public func evaluate(_ microBatch: MicroBatch) throws -> MicroBatchEvaluation {
        MicroBatchEvaluation(
            logits: try classify(microBatch, context: .evaluation).logits.value, labels: microBatch.labels)
    }

    public func export(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        guard !exportsBackbone else {
            return try BackboneExport.write(encoder, backboneFolder: backboneFolder, to: folder)
        }
        let model = try encoder.withMergedAdapters {
            try ClassifierExport.write(
                backbone: encoder, head: head, labels: labels, maximumLength: maximumLength,
                backboneFolder: backboneFolder, to: folder)
        }
        return try model + AdapterExport.write(backbone: encoder, head: head, to: folder)
    }

    public func exportTrunk(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        try encoder.withMergedAdapters {
            try BackboneExport.write(encoder, backboneFolder: backboneFolder, to: folder)
        }
    }

    func features(of microBatch: MicroBatch) throws -> (Variable, SequenceLayout) {
        guard case .features(let features, let layout) = microBatch.input else {
            throw TechniqueError(.badMicroBatch, "this technique trains on features, and was given samples")
        }
        return (Variable(features), layout)
    }
}
