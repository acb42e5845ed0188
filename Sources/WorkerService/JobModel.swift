import Foundation
import ImagePreprocessing
import PretrainedBackbones
import Tokenization
import TrainingJobs
import TransferTechniques

/// A job's model, and how its samples become what it takes.
struct JobModel {
    let program: any TrainingProgram
    let encoder: any SampleEncoder

    /// - Parameters:
    ///   - task: as the coordinator planned it.
    ///   - folder: the backbone's.
    /// - Throws: the errors of backbone, tokenizer and technique.
    init(_ specification: JobSpecification, task: DatasetPlan.Task, folder: URL) throws {
        try TechniqueCatalog.requireInstructions(for: specification)
        let loss = try TechniqueCatalog.loss(for: specification, task: task)
        let kind = specification.tasks.first?.kind ?? .textClassification
        let classCount = task.labels.count
        let plain: any TrainingProgram
        switch kind {
        case .textClassification:
            let tokenizer = try TokenizerCatalog.load(folder: folder)
            plain = try TechniqueCatalog.program(
                for: specification, classCount: classCount, backboneFolder: folder, tokenizer: tokenizer,
                loss: loss)
            encoder = TextEncoder(
                tokenizer: tokenizer, maximumLength: specification.backbone.maximumLength)
        case .imageClassification:
            let image = try TechniqueCatalog.imageProgram(
                for: specification, classCount: classCount, backboneFolder: folder, loss: loss)
            plain = image.program
            encoder = ImageEncoder(
                preprocessor: ImagePreprocessor(height: image.input.height, width: image.input.width),
                augmentation: specification.tasks.first?.augmentation, seed: specification.seed)
        case .tableClassification:
            let columns = (task.columns ?? []).map {
                TableColumn(name: $0.name, mean: $0.mean, deviation: $0.deviation)
            }
            let table = try TechniqueCatalog.tableProgram(
                for: specification, classCount: classCount, columns: columns, backboneFolder: folder,
                loss: loss)
            plain = table.program
            encoder = TableEncoder(columnCount: table.columns.count)
        }
        program = try TechniqueCatalog.adapted(plain, for: specification)
    }
}
