import ContentStore
import Foundation
import WireProtocol

/// A job's files under their own names, as loaders expect them: hard links to blobs, in a folder that goes
/// away with the job. It is locked while its worker lives, so that what a killed worker left can be told.
struct JobFolder: Sendable {
    let url: URL
    private let lock: DirectoryLock

    var backbone: URL { url.appendingPathComponent("backbone", isDirectory: true) }

    /// - Throws: `WorkerError` where a path leads out of the folder or a link cannot be made; `ContentStoreError`
    ///   `.missing` where a blob is not there.
    init(files: [FileReference], store: BlobStore, cacheDirectory: URL) throws {
        url = Self.parent(in: cacheDirectory).appendingPathComponent(UUID().uuidString, isDirectory: true)
        lock = try Self.makeLocked(url)
        do {
            for file in files {
                let destination = try Self.place(of: file.path, in: url)
                try FileManager.default.createDirectory(
                    at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Self.link(file.sha256, of: store, to: destination)
            }
        } catch let error where error is WorkerError || error is ContentStoreError {
            remove()
            throw error
        } catch {
            remove()
            throw WorkerError(
                .fileSystem, "cannot lay out the job's files in \(url.path): \(error)", context: url.path)
        }
    }

    /// Holds the folders of all jobs of all workers that share the cache directory.
    static func parent(in cacheDirectory: URL) -> URL {
        cacheDirectory.appendingPathComponent("jobs", isDirectory: true)
    }

    /// Whoever removes leftovers waits until the new folder has its lock.
    private static func makeLocked(_ url: URL) throws -> DirectoryLock {
        let parent = url.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            let parentLock = DirectoryLock(parent, isShared: true, waits: true)
            defer { withExtendedLifetime(parentLock) {} }
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            if let lock = DirectoryLock(url) { return lock }
        } catch {
            throw WorkerError(
                .fileSystem, "cannot make the job's folder \(url.path): \(error)", context: url.path)
        }
        throw WorkerError(.fileSystem, "cannot lock the job's folder \(url.path)", context: url.path)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }

    private static func place(of path: String, in folder: URL) throws -> URL {
        guard LogicalPath.isValid(path) else {
            throw WorkerError(
                .badContent, "the coordinator names a file \"\(path)\", which is no path within a job",
                context: path)
        }
        return folder.appendingPathComponent(path)
    }

    /// A copy where the file system has no hard links.
    private static func link(_ sha256: String, of store: BlobStore, to destination: URL) throws {
        let source = try store.url(for: sha256)
        do {
            try FileManager.default.linkItem(at: source, to: destination)
        } catch {
            try FileManager.default.copyItem(at: store.url(for: sha256), to: destination)
        }
    }
}
