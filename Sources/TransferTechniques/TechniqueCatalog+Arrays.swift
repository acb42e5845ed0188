import DifferentiableTensors
import Foundation
import NeuralLayers
import PretrainedBackbones
import TaskHeads
import TrainingJobs

/// A program for images, and the size that its images must have.
public struct ImageProgram {
    public let program: any TrainingProgram
    public let input: ImageInput
}

/// A program for tables, and the columns that its rows must have.
public struct TableProgram {
    public let program: any TrainingProgram
    public let columns: [TableColumn]
}

extension TechniqueCatalog {
    /// - Parameters:
    ///   - classCount: labels of the task.
    ///   - backboneFolder: config.json, and weights where the technique starts from some.
    ///   - loss: of training; see `loss(for:task:)`.
    /// - Throws: `TechniqueError` where the job asks for what this model does not have; the backbone's errors.
    public static func imageProgram(
        for specification: JobSpecification, classCount: Int, backboneFolder: URL,
        loss: ClassificationLoss = ClassificationLoss()
    ) throws -> ImageProgram {
        try imageProgram(
            for: specification, heads: [HeadRequest(classCount: classCount, loss: loss)],
            backboneFolder: backboneFolder)
    }

    /// The same for any number of tasks on one trunk.
    public static func imageProgram(
        for specification: JobSpecification, heads: [HeadRequest], backboneFolder: URL
    ) throws -> ImageProgram {
        let backbone =
            specification.technique.kind.startsFromRandomWeights
            ? try ImageBackboneCatalog.random(folder: backboneFolder, seed: specification.seed)
            : try ImageBackboneCatalog.load(folder: backboneFolder)
        let program = try arrayProgram(
            specification, model: .image(backbone), heads: heads)
        return ImageProgram(program: program, input: backbone.input)
    }

    /// - Parameter columns: what the task's rows hold, and how it spreads in the training data.
    /// - Throws: `TechniqueError` where the backbone is of other columns than the data, or as `imageProgram`.
    public static func tableProgram(
        for specification: JobSpecification, classCount: Int, columns: [TableColumn], backboneFolder: URL,
        loss: ClassificationLoss = ClassificationLoss()
    ) throws -> TableProgram {
        try tableProgram(
            for: specification, heads: [HeadRequest(classCount: classCount, loss: loss)], columns: columns,
            backboneFolder: backboneFolder)
    }

    /// The same for any number of tasks on one trunk.
    public static func tableProgram(
        for specification: JobSpecification, heads: [HeadRequest], columns: [TableColumn],
        backboneFolder: URL
    ) throws -> TableProgram {
        let backbone =
            specification.technique.kind.startsFromRandomWeights
            ? try TableBackboneCatalog.random(
                folder: backboneFolder, columns: columns, seed: specification.seed)
            : try TableBackboneCatalog.load(folder: backboneFolder)
        guard backbone.columns.map(\.name) == columns.map(\.name) else {
            throw TechniqueError(
                .unsupported,
                "the backbone takes the columns \(backbone.columns.map(\.name).joined(separator: ", ")), the data has "
                    + "\(columns.map(\.name).joined(separator: ", ")): name the columns in the task, in that order"
            )
        }
        let program = try arrayProgram(
            specification, model: .table(backbone), heads: heads)
        return TableProgram(program: program, columns: backbone.columns)
    }

    private static func arrayProgram(
        _ specification: JobSpecification, model: ArrayModel, heads: [HeadRequest]
    ) throws -> any TrainingProgram {
        let technique = specification.technique
        guard technique.head == .linear else {
            throw TechniqueError(
                .unsupported,
                "technique.head is \(technique.head.rawValue); for images and tables it is linear")
        }
        let backbone = model.backbone
        let cut = try cut(technique, of: backbone)
        return try program(for: specification, heads: heads) { request in
            let head = Linear(
                request.namePrefix + backbone.headName, inputs: backbone.featureCount,
                outputs: request.classCount)
            head.initialize(
                standardDeviation: 0.01,
                key: RandomKey(seed: specification.seed).derived("\(request.namePrefix)head"))
            return try ArrayClassification(
                model: model, head: head, dropout: technique.dropout, loss: request.loss,
                mixup: specification.training.mixup.map { Mixup(alpha: Double($0)) }, cut: cut,
                frozenNames: technique.freeze)
        }
    }

    /// Frozen layers are counted as in text models: 0 is the first part alone, which a text's embeddings are.
    private static func cut(_ technique: TechniqueSpecification, of backbone: any FeatureBackbone) throws
        -> Int
    {
        switch technique.kind {
        case .featureExtraction: return backbone.cutNames.count
        case .fromScratch, .pretraining: return 0
        case .fineTuning:
            switch technique.frozenLayers ?? .first(0) {
            case .nothing: return 0
            case .through(let name): return try backbone.cut(named: name)
            case .first(let count) where count >= 0 && count < backbone.cutNames.count: return count + 1
            case .first(let count):
                throw TechniqueError(
                    .unsupported,
                    "technique.frozen_layers is \(count); this model has \(backbone.cutNames.count - 1) parts behind "
                        + "its first: \(backbone.cutNames.dropFirst().joined(separator: ", "))")
            }
        }
    }
}
