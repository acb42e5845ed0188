import Foundation
import PretrainedBackbones
import TaskHeads
import Tokenization
import TrainingJobs

/// From a job's words to its training program. A new technique is registered here and nowhere else.
public enum TechniqueCatalog {
    /// - Parameters:
    ///   - classCount: labels of the task.
    ///   - backboneFolder: config.json, weights and tokenizer.
    ///   - tokenizer: the backbone's; every id needs a row in the embeddings.
    ///   - loss: of training; see `loss(for:task:)`.
    /// - Throws: `TechniqueError` where the job asks for what this model does not have; the backbone's errors.
    public static func program(
        for specification: JobSpecification, classCount: Int, backboneFolder: URL, tokenizer: any Tokenizer,
        loss: ClassificationLoss = ClassificationLoss()
    ) throws -> any TrainingProgram {
        try program(
            for: specification, heads: [HeadRequest(classCount: classCount, loss: loss)],
            backboneFolder: backboneFolder, tokenizer: tokenizer)
    }

    /// The same for any number of tasks on one trunk.
    public static func program(
        for specification: JobSpecification, heads: [HeadRequest], backboneFolder: URL,
        tokenizer: any Tokenizer
    ) throws -> any TrainingProgram {
        let encoder = try encoder(specification, folder: backboneFolder)
        try encoder.requireFit(of: tokenizer, file: backboneFolder.path)
        let length = specification.backbone.maximumLength
        guard length >= 2, length <= encoder.maximumLength else {
            throw TechniqueError(
                .unsupported,
                "backbone.maximum_length is \(length); this model takes 2 to \(encoder.maximumLength) tokens")
        }
        let form = type(of: encoder).classificationForm
        if let mismatch = specification.technique.headMismatch(modelType: form.modelType) {
            throw TechniqueError(.unsupported, "\(mismatch.keyPath): \(mismatch.message)")
        }
        if specification.technique.kind == .fineTuning { try freeze(encoder, as: specification) }
        let packedWeights = packedWeights(specification)
        return try program(for: specification, heads: heads) { request in
            let head = head(specification, form, hiddenSize: encoder.hiddenSize, request)
            try ClassifierExpression.requireExpressible(head, on: encoder)
            switch specification.technique.kind {
            case .featureExtraction:
                return FeatureExtraction(
                    encoder: encoder, head: head, maximumLength: length, loss: request.loss,
                    packedWeights: packedWeights)
            case .fineTuning:
                return FineTuning(
                    encoder: encoder, head: head, maximumLength: length, loss: request.loss,
                    packedWeights: packedWeights)
            case .fromScratch, .pretraining:
                return FineTuning(
                    encoder: encoder, head: head, cut: nil, maximumLength: length, loss: request.loss,
                    exportsBackbone: specification.technique.kind == .pretraining)
            }
        }
    }

    /// Marks what fine-tuning leaves as it is, and adds adapters.
    private static func freeze(
        _ encoder: any ClassifiableEncoder, as specification: JobSpecification
    ) throws {
        let technique = specification.technique
        let cut = try cut(technique.frozenLayers ?? .first(0), of: encoder)
        if let lora = technique.lora {
            return try LowRankAdaptation.attach(
                lora, to: encoder, aboveCut: cut ?? 0, seed: specification.seed)
        }
        if let cut { encoder.freeze(belowCut: cut) } else { encoder.setTrainable(true) }
        try encoder.freeze(named: technique.freeze)
    }

    private static func cut(_ frozen: FrozenLayers, of encoder: any ClassifiableEncoder) throws -> Int? {
        switch frozen {
        case .nothing: return nil
        case .first(let count) where count >= 0 && count <= encoder.layerCount: return count
        case .first, .through:
            throw TechniqueError(
                .unsupported,
                "technique.frozen_layers is \(frozen); this model has \(encoder.layerCount) layers, of which 0 to "
                    + "\(encoder.layerCount) can be frozen")
        }
    }

    /// The training loss that a job asks for.
    ///
    /// - Parameter task: labels, and for class weights the training samples of each.
    /// - Throws: `TechniqueError` where class weights do not fit the task.
    public static func loss(
        for specification: JobSpecification, task: DatasetPlan.Task
    ) throws -> ClassificationLoss {
        try LossFactory.loss(specification.training, task: task)
    }

    private static func encoder(
        _ specification: JobSpecification, folder: URL
    ) throws -> any ClassifiableEncoder {
        let dropout = specification.technique.dropout
        let backbone =
            specification.technique.kind.startsFromRandomWeights
            ? try BackboneCatalog.random(folder: folder, seed: specification.seed, dropout: dropout)
            : try BackboneCatalog.load(folder: folder, dropout: dropout)
        guard let encoder = backbone as? any ClassifiableEncoder else {
            throw TechniqueError(
                .unsupported,
                "jobs train classifiers on "
                    + BackboneCatalog.classifiableTypes.map { "\"\($0)\"" }.joined(separator: ", ")
                    + " models; those of \(folder.path)'s kind cannot be exported")
        }
        return encoder
    }

    private static func head(
        _ specification: JobSpecification, _ form: SequenceClassificationForm, hiddenSize: Int,
        _ request: HeadRequest
    ) -> ClassificationHead {
        let pooling: ClassificationHead.Pooling =
            switch specification.technique.pooling {
            case .mean: .mean
            case .cls: .cls
            case .last: .last
            }
        let kind: ClassificationHead.Kind =
            switch specification.technique.head {
            case .linear: .linear
            case .mlp: .mlp
            }
        let head = ClassificationHead(
            pooling: pooling, kind: kind, hiddenSize: hiddenSize, labelCount: request.classCount,
            activation: form.activation, hasBias: form.hasBias, dropout: specification.technique.dropout,
            namePrefix: request.namePrefix)
        head.initialize(seed: specification.seed)
        return head
    }
}
