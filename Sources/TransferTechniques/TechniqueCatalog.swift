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
    /// - Throws: `TechniqueError` where the job asks for what this model does not have; the backbone's errors.
    public static func program(
        for specification: JobSpecification, classCount: Int, backboneFolder: URL, tokenizer: any Tokenizer
    ) throws -> any TrainingProgram {
        let encoder = try encoder(specification, folder: backboneFolder)
        try encoder.requireFit(of: tokenizer, file: backboneFolder.path)
        let length = specification.backbone.maximumLength
        guard length >= 2, length <= encoder.maximumLength else {
            throw TechniqueError(
                .unsupported,
                "backbone.maximum_length is \(length); this model takes 2 to \(encoder.maximumLength) tokens")
        }
        let head = head(specification, hiddenSize: encoder.hiddenSize, classCount: classCount)
        switch specification.technique.kind {
        case .featureExtraction:
            return FeatureExtraction(encoder: encoder, head: head, maximumLength: length)
        case .fineTuning:
            guard case .first(let frozenLayers) = specification.technique.frozenLayers ?? .first(0) else {
                return FineTuning(encoder: encoder, head: head, cut: nil, maximumLength: length)
            }
            guard frozenLayers >= 0, frozenLayers <= encoder.layerCount else {
                throw TechniqueError(
                    .unsupported,
                    "technique.frozen_layers is \(frozenLayers); this model has \(encoder.layerCount) layers")
            }
            return FineTuning(encoder: encoder, head: head, cut: frozenLayers, maximumLength: length)
        case .fromScratch:
            return FineTuning(encoder: encoder, head: head, cut: nil, maximumLength: length)
        }
    }

    private static func encoder(
        _ specification: JobSpecification, folder: URL
    ) throws -> any ClassifiableEncoder {
        let dropout = specification.technique.dropout
        let backbone =
            specification.technique.kind == .fromScratch
            ? try BackboneCatalog.random(folder: folder, seed: specification.seed, dropout: dropout)
            : try BackboneCatalog.load(folder: folder, dropout: dropout)
        guard let encoder = backbone as? any ClassifiableEncoder else {
            throw TechniqueError(
                .unsupported,
                "jobs train classifiers on \"bert\" and \"roberta\" models; those of \(folder.path)'s kind cannot "
                    + "be exported")
        }
        return encoder
    }

    private static func head(
        _ specification: JobSpecification, hiddenSize: Int, classCount: Int
    ) -> ClassificationHead {
        let pooling: ClassificationHead.Pooling =
            switch specification.technique.pooling {
            case .mean: .mean
            case .cls: .cls
            }
        let kind: ClassificationHead.Kind =
            switch specification.technique.head {
            case .linear: .linear
            case .mlp: .mlp
            }
        let head = ClassificationHead(
            pooling: pooling, kind: kind, hiddenSize: hiddenSize, labelCount: classCount,
            dropout: specification.technique.dropout)
        head.initialize(seed: specification.seed)
        return head
    }
}
