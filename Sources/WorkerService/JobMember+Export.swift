import Foundation
import TrainingJobs
import WireProtocol

extension JobMember {
    /// Builds the model folder from a checkpoint and uploads its files.
    func export(_ command: ExportModel) async throws -> ModelExported {
        let prepared = try requirePrepared()
        begin("exporting")
        let folder = prepared.folder.url.appendingPathComponent(
            "model-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = try await withState(command.checkpoint, prepared) {
            try prepared.session.withAveragedWeights {
                try prepared.program.export(
                    to: folder, labels: prepared.plan.tasks[0].labels,
                    backboneFolder: prepared.folder.backbone) + examineDomains(prepared, folder)
            }
        }
        var files: [FileReference] = []
        for name in names.sorted() {
            files.append(
                try await environment.transfer.upload(file: folder.appendingPathComponent(name), path: name))
            environment.board.advance(to: files.count, of: names.count)
        }
        return ModelExported(
            jobID: order.jobID, generation: order.generation, workerID: environment.workerID, files: files)
    }

    /// Says in a file of the model folder how far apart the domains are before and after training.
    ///
    /// - Returns: the file's name, where there are two domains and samples of both are here.
    private func examineDomains(_ prepared: Prepared, _ folder: URL) throws -> [String] {
        guard let examiner = DomainExaminer(prepared.samples, lanes: prepared.lanes),
            let after = try examiner.view(by: prepared.program)
        else { return [] }
        let first = try JobModel(
            prepared.specification, plan: prepared.plan, folder: prepared.folder.backbone)
        guard let before = try examiner.view(by: first.program) else { return [] }
        let text = try CanonicalJSON.encode(DomainExamination(before: before, after: after))
        try Data(text.utf8).write(to: folder.appendingPathComponent(DomainExamination.fileName))
        return [DomainExamination.fileName]
    }
}
