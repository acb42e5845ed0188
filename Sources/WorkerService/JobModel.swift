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
    ///   - plan: of the job's data, as the coordinator made it.
    ///   - folder: the backbone's.
    /// - Throws: the errors of backbone, tokenizer and technique.
    init(_ specification: JobSpecification, plan: DatasetPlan, folder: URL) throws {
        try TechniqueCatalog.requireInstructions(for: specification)
        let heads = try HeadRequest.all(of: specification, plan: plan)
        let kind = specification.tasks.first?.kind ?? .textClassification
        let plain: any TrainingProgram
        switch kind {
        case .textClassification:
            let tokenizer = try TokenizerCatalog.load(folder: folder)
            plain = try TechniqueCatalog.program(
                for: specification, heads: heads, backboneFolder: folder, tokenizer: tokenizer)
            encoder = TextEncoder(
                tokenizer: tokenizer, maximumLength: specification.backbone.maximumLength)
        case .imageClassification:
            let image = try TechniqueCatalog.imageProgram(
                for: specification, heads: heads, backboneFolder: folder)
            plain = image.program
            encoder = ImageEncoder(
                preprocessor: ImagePreprocessor(height: image.input.height, width: image.input.width),
                augmentation: specification.tasks.first?.augmentation, seed: specification.seed)
        case .tableClassification:
            let columns = (plan.tasks.first?.columns ?? []).map {
                TableColumn(name: $0.name, mean: $0.mean, deviation: $0.deviation)
            }
            let table = try TechniqueCatalog.tableProgram(
                for: specification, heads: heads, columns: columns, backboneFolder: folder)
            plain = table.program
            encoder = TableEncoder(columnCount: table.columns.count)
        }
        program = try TechniqueCatalog.adapted(plain, for: specification)
    }
}
