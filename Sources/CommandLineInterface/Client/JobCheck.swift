import Foundation
import PretrainedBackbones
import Tokenization
import TrainingDatasets
import TrainingJobs
import TransferTechniques

/// All that can be said against a job before it is sent anywhere.
enum JobCheck {
    /// Problems of the job and of the files that it names, its backbone built as a worker would build it.
    static func problems(in document: JobDocument) -> [JobProblem] {
        let problems = JobValidator.validate(document)
        let isBackboneSuspect = problems.contains {
            $0.severity == .error && ($0.keyPath.hasPrefix("backbone") || $0.keyPath.hasPrefix("technique"))
        }
        return isBackboneSuspect ? problems : problems + backboneProblems(in: document)
    }

    private static func backboneProblems(in document: JobDocument) -> [JobProblem] {
        let folder = JobFiles.resolve(document.specification.backbone.folder, relativeTo: document.folder)
        do {
            try buildProgram(document.specification, folder: folder)
            return []
        } catch {
            let key = "backbone.folder"
            return [JobProblem(keyPath: key, location: document.location(of: key), message: "\(error)")]
        }
    }

    /// The labels decide the head's size only, and say nothing of the backbone.
    private static func buildProgram(_ specification: JobSpecification, folder: URL) throws {
        let task = specification.tasks.first
        switch task?.kind ?? .textClassification {
        case .textClassification:
            _ = try TechniqueCatalog.program(
                for: specification, classCount: 2, backboneFolder: folder,
                tokenizer: TokenizerCatalog.load(folder: folder))
        case .imageClassification:
            _ = try TechniqueCatalog.imageProgram(for: specification, classCount: 2, backboneFolder: folder)
        case .tableClassification:
            // Columns that the job does not name are known once the data is read, by the coordinator.
            guard let names = task?.columns else {
                if !specification.technique.kind.startsFromRandomWeights {
                    _ = try TableBackboneCatalog.load(folder: folder)
                }
                return
            }
            let columns = names.map { TableColumn(name: $0, mean: 0, deviation: 1) }
            _ = try TechniqueCatalog.tableProgram(
                for: specification, classCount: 2, columns: columns, backboneFolder: folder)
        }
    }
}
