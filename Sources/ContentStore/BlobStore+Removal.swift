import Foundation

/// What the store holds, and room made in it.
extension BlobStore {
    /// What a removal freed.
    public struct Removal: Sendable, Equatable {
        public var blobs: Int
        public var bytes: Int

        public init(blobs: Int = 0, bytes: Int = 0) {
            self.blobs = blobs
            self.bytes = bytes
        }
    }

    /// All blobs, sorted by name. Files in the store that are not blobs are passed over.
    public func blobs() throws -> [BlobReference] {
        var references: [BlobReference] = []
        for folder in try FileSystem.names(in: blobsDirectory) {
            let folderURL = blobsDirectory.appendingPathComponent(folder, isDirectory: true)
            for name in (try? FileSystem.names(in: folderURL)) ?? [] where BlobReference.isValidName(name) {
                guard let size = try? FileSystem.size(of: folderURL.appendingPathComponent(name)) else {
                    continue
                }
                references.append(BlobReference(sha256: name, size: size))
            }
        }
        return references.sorted { $0.sha256 < $1.sha256 }
    }

    /// Removes every blob that is not in `keep` and was not added or used since `date`, and temporary and partial
    /// files that nobody has touched since. Choose a date some time ago: a blob may be there before what
    /// refers to it.
    @discardableResult
    public func removeBlobs(keeping keep: Set<String>, unlessAddedSince date: Date) throws -> Removal {
        var removal = Removal()
        for blob in try blobs() where !keep.contains(blob.sha256) {
            let place = try place(of: blob.sha256)
            guard FileSystem.isOlder(place, than: date) else { continue }
            if (try? FileManager.default.removeItem(at: place)) != nil {
                removal.blobs += 1
                removal.bytes += blob.size
            }
        }
        for folder in [partialDirectory, incomingDirectory] {
            for name in try FileSystem.names(in: folder) {
                let file = folder.appendingPathComponent(name)
                if FileSystem.isOlder(file, than: date) { try? FileManager.default.removeItem(at: file) }
            }
        }
        return removal
    }
}
