import Foundation

/// Files by the SHA-256 of their content, in a directory that several processes may share.
///
/// A blob appears under its name in one rename, after its bytes were hashed and written to disk; what is
/// there is whole. The store keeps no state in memory, so that a value can be copied and used from any
/// thread.
///
/// Layout: `blobs/ab/abcdef…` for blobs, `partial/abcdef…` for uploads under way, `incoming/` for temporary
/// files.
public struct BlobStore: Sendable {
    public let directory: URL

    /// Creates the directory and its parts where they are missing. Throws `ContentStoreError` (`fileSystem`).
    public init(directory: URL) throws {
        self.directory = directory
        for folder in [blobsDirectory, partialDirectory, incomingDirectory] {
            try FileSystem.createDirectory(folder)
        }
    }

    var blobsDirectory: URL { directory.appendingPathComponent("blobs", isDirectory: true) }
    var partialDirectory: URL { directory.appendingPathComponent("partial", isDirectory: true) }
    var incomingDirectory: URL { directory.appendingPathComponent("incoming", isDirectory: true) }

    /// Whether the blob is there. False for anything that is not a blob's name.
    public func contains(_ sha256: String) -> Bool {
        guard let place = try? place(of: sha256) else { return false }
        return FileManager.default.fileExists(atPath: place.path)
    }

    /// The blob's file, to be read only. Throws `ContentStoreError`: `missing`, `invalidName`.
    public func url(for sha256: String) throws -> URL {
        let place = try place(of: sha256)
        guard FileManager.default.fileExists(atPath: place.path) else {
            throw ContentStoreError(
                code: .missing, message: "The blob \(sha256) is not in the store at \(directory.path).")
        }
        return place
    }

    /// At most `length` bytes from `offset`, and the blob's size; empty at its end.
    ///
    /// - Throws: `ContentStoreError`: `missing`, `range` for an offset outside of the blob, `fileSystem`.
    public func read(_ sha256: String, offset: Int, length: Int) throws -> (data: [UInt8], totalSize: Int) {
        let place = try url(for: sha256)
        let total = try FileSystem.size(of: place)
        guard offset >= 0, length >= 0, offset <= total else {
            throw ContentStoreError(
                code: .range,
                message:
                    "\(length) bytes from \(offset) on were asked of the blob \(sha256), which has \(total).")
        }
        let data = try FileSystem.read(place, offset: offset, length: min(length, total - offset))
        return (data, total)
    }

    /// All of a blob, hashed once more. Throws as `read`, and `hashMismatch` or `unreadable` where the disk has
    /// spoilt it.
    public func bytes(of sha256: String) throws -> [UInt8] {
        let place = try url(for: sha256)
        let bytes = try FileSystem.read(place, offset: 0, length: FileSystem.size(of: place))
        try check(FileHasher.sha256(of: bytes), is: sha256, what: place.path)
        return bytes
    }

    /// Hashes a blob on disk once more. Throws `ContentStoreError`: `missing`, `hashMismatch`, `unreadable`.
    public func verify(_ sha256: String) throws {
        let place = try url(for: sha256)
        try check(FileHasher.sha256(ofFileAt: place), is: sha256, what: place.path)
    }

    /// Stores these bytes and returns their name. A blob that is there already, whole, counts as new.
    @discardableResult
    public func addBytes(_ bytes: [UInt8]) throws -> BlobReference {
        let reference = BlobReference(sha256: FileHasher.sha256(of: bytes), size: bytes.count)
        guard try !isThere(reference) else { return reference }
        try withTemporaryFile { temporary in
            try FileSystem.writeDurably([Data(bytes)], to: temporary)
            try publish(temporary, as: reference.sha256)
        }
        return reference
    }

    /// Copies a file into the store; the hash is that of the copied bytes, whatever happens to the file
    /// meanwhile. A blob that is there already, whole, counts as new.
    @discardableResult
    public func addFile(at url: URL) throws -> BlobReference {
        try withTemporaryFile { temporary in
            try FileSystem.copyDurably(url, to: temporary)
            let reference = try FileHasher.reference(ofFileAt: temporary)
            if try !isThere(reference) { try publish(temporary, as: reference.sha256) }
            return reference
        }
    }

    private func isThere(_ reference: BlobReference) throws -> Bool {
        try keepIfWhole(reference.sha256) && markUsed(reference.sha256)
    }

    func place(of sha256: String) throws -> URL {
        try requireValidName(sha256)
        return blobsDirectory.appendingPathComponent(String(sha256.prefix(2)), isDirectory: true)
            .appendingPathComponent(sha256)
    }

    func requireValidName(_ sha256: String) throws {
        guard BlobReference.isValidName(sha256) else {
            throw ContentStoreError(
                code: .invalidName,
                message: "\"\(sha256.prefix(80))\" is not a blob's name: 64 lower-case hexadecimal digits.")
        }
    }

    func check(_ actual: String, is sha256: String, what: String) throws {
        guard actual == sha256 else {
            throw ContentStoreError(
                code: .hashMismatch,
                message:
                    "\(what): the content has SHA-256 \(actual), not \(sha256). It is damaged: send it again."
            )
        }
    }

    /// Moves a whole and verified file to its name. Whoever comes second replaces the same bytes with
    /// themselves.
    func publish(_ file: URL, as sha256: String) throws {
        let place = try place(of: sha256)
        try FileSystem.createDirectory(place.deletingLastPathComponent())
        try FileSystem.rename(file, to: place)
        try FileSystem.synchronizeDirectory(place.deletingLastPathComponent())
    }

    private func withTemporaryFile<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let temporary = incomingDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: temporary) }
        return try body(temporary)
    }
}
