import ContentStore
import Foundation
import WireProtocol

/// Brings a finished job's model folder to this machine: all of it, or nothing.
struct ModelDownload {
    static let chunkBytes = 4 << 20

    let target: URL
    /// Whether a folder that has something in it may be replaced.
    let mayReplace: Bool

    /// To be called before the work that the download is for: a model that is finished must find its place.
    ///
    /// - Throws: `CommandFailure` where `target` is a file, a folder with something in it, or cannot be written.
    func requireFreeTarget() throws {
        try requireWritableParent()
        try requireEmptyTarget()
    }

    private func requireEmptyTarget() throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: target.path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else {
            throw CommandFailure(.invalidInput, "\(target.path) is a file; name a folder")
        }
        let isEmpty = try FileManager.default.contentsOfDirectory(atPath: target.path).isEmpty
        guard isEmpty || mayReplace else {
            throw CommandFailure(
                .invalidInput, "\(target.path) is not empty; name another folder, or replace it with --force")
        }
    }

    private func requireWritableParent() throws {
        let manager = FileManager.default
        let parent = target.deletingLastPathComponent()
        let probe = parent.appendingPathComponent(".graft-\(UUID().uuidString)")
        do {
            try manager.createDirectory(at: probe, withIntermediateDirectories: true)
            try manager.removeItem(at: probe)
        } catch {
            throw CommandFailure(
                .invalidInput, "cannot write in \(parent.path), where the model is to go; name another folder"
            )
        }
    }

    /// Fetches the files into a folder beside the target, checks their hashes, and renames it.
    ///
    /// - Parameter progress: Told of bytes fetched, and to be fetched.
    func fetch(
        _ files: [FileReference], from client: CoordinatorClient, progress: (Int, Int) -> Void = { _, _ in }
    ) async throws {
        try requireEmptyTarget()
        let total = files.reduce(0) { $0 + $1.size }
        var fetched = 0
        let manager = FileManager.default
        let parent = target.deletingLastPathComponent()
        let partial = parent.appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
        try manager.createDirectory(at: partial, withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: partial) }

        for file in files {
            let place = try Self.place(of: file.path, in: partial)
            try manager.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try await fetch(file, to: place, from: client) { progress(fetched + $0, total) }
            fetched += file.size
        }
        if manager.fileExists(atPath: target.path) { try manager.removeItem(at: target) }
        try manager.moveItem(at: partial, to: target)
    }

    private func fetch(
        _ file: FileReference, to place: URL, from client: CoordinatorClient, progress: (Int) -> Void
    ) async throws {
        guard manager(creates: place) else {
            throw CommandFailure(.invalidInput, "cannot write \(place.path): is the disk full, or read-only?")
        }
        let handle = try FileHandle(forWritingTo: place)
        var offset = 0
        while offset < file.size {
            try Task.checkCancellation()
            let chunk = try await client.get(
                GetBlobChunk(
                    sha256: file.sha256, offset: offset, length: min(Self.chunkBytes, file.size - offset)))
            guard !chunk.data.isEmpty, chunk.offset == offset else {
                throw CommandFailure(.jobFailed, "the coordinator's \(file.path) ends at byte \(offset)")
            }
            try handle.write(contentsOf: chunk.data)
            offset += chunk.data.count
            progress(offset)
        }
        try handle.synchronize()
        try handle.close()
        let actual = try FileHasher.sha256(ofFileAt: place)
        guard actual == file.sha256 else {
            throw CommandFailure(
                .jobFailed, "\(file.path) arrived with SHA-256 \(actual), not \(file.sha256); fetch it again")
        }
    }

    private func manager(creates place: URL) -> Bool {
        FileManager.default.createFile(atPath: place.path, contents: nil)
    }

    /// Where a logical path lies below `folder`; what would lead out of it is refused.
    static func place(of path: String, in folder: URL) throws -> URL {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty,
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\0") })
        else {
            throw CommandFailure(
                .jobFailed, "the coordinator names a file \"\(path)\", which is no safe path")
        }
        return folder.appendingPathComponent(path)
    }
}
