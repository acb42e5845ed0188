import Foundation
import TrainingDatasets
import TrainingJobs

/// Archives of the image folders that a job names, made so that one file travels for each; they go with the
/// object.
final class PackedFolders: Sendable {
    private let workFolder: URL

    init() {
        workFolder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "graft-packed-\(UUID().uuidString)")
    }

    deinit { try? FileManager.default.removeItem(at: workFolder) }

    /// The file to send for `file`: its archive where it is a folder of data, else itself.
    ///
    /// - Throws: `DatasetError` where the folder has no images, or the archive cannot be written.
    func file(for file: JobFile) throws -> URL {
        var isFolder: ObjCBool = false
        guard file.path.hasPrefix("tasks/"),
            FileManager.default.fileExists(atPath: file.url.path, isDirectory: &isFolder), isFolder.boolValue
        else { return file.url }
        try FileManager.default.createDirectory(at: workFolder, withIntermediateDirectories: true)
        let archive = workFolder.appendingPathComponent(file.path.replacing("/", with: "-"))
        try ImageFolderArchive.write(
            file.url, name: file.url.lastPathComponent,
            isLabelled: JobFiles.split(ofDataPath: file.path)?.isLabelled ?? true, to: archive)
        return archive
    }
}
