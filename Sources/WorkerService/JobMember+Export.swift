import Foundation
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
                    backboneFolder: prepared.folder.backbone)
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
}
