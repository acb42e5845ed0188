import Foundation

/// Blobs that arrive in chunks, over connections that may break.
extension BlobStore {
    /// Where a chunk left its upload.
    public struct UploadProgress: Sendable, Equatable {
        /// The offset that the sender goes on from.
        public var nextOffset: Int
        /// The blob is whole, verified and in the store.
        public var isComplete: Bool

        public init(nextOffset: Int, isComplete: Bool) {
            self.nextOffset = nextOffset
            self.isComplete = isComplete
        }
    }

    /// Where an upload of this blob starts or goes on: bytes that an earlier one left, or all of a blob that
    /// is there already.
    public func beginUpload(_ sha256: String, totalSize: Int) throws -> UploadProgress {
        try append([], at: 0, of: sha256, totalSize: totalSize)
    }

    /// Takes a chunk of a blob. A repeat of bytes that are there changes nothing, and one that would leave a
    /// gap is not taken: the returned offset tells the sender where to go on. With its last byte the blob is
    /// hashed and appears in the store.
    ///
    /// - Throws: `ContentStoreError`: `invalidName`; `range` where the chunk lies outside of the blob;
    ///   `hashMismatch` where the whole has another hash, after which the upload starts from nothing.
    public func append(
        _ chunk: [UInt8], at offset: Int, of sha256: String, totalSize: Int
    ) throws -> UploadProgress {
        try requireValidName(sha256)
        let (end, overflow) = offset.addingReportingOverflow(chunk.count)
        guard totalSize >= 0, offset >= 0, !overflow, end <= totalSize else {
            throw ContentStoreError(
                code: .range,
                message: "A chunk of \(chunk.count) bytes at \(offset) does not lie in the blob \(sha256) of "
                    + "\(totalSize) bytes.")
        }
        let complete = UploadProgress(nextOffset: totalSize, isComplete: true)
        if markUsed(sha256) { return complete }

        let partial = partialDirectory.appendingPathComponent(sha256)
        guard let file = try LockedFile.open(partial, unless: { contains(sha256) }) else { return complete }
        defer { file.close() }

        var size = try file.size()
        if size > totalSize {
            throw ContentStoreError(
                code: .range,
                message:
                    "The blob \(sha256) is said to have \(totalSize) bytes, but \(size) have arrived already."
            )
        }
        if offset <= size, end > size {
            try file.append(chunk[(size - offset)...])
            size = end
        }
        guard size == totalSize else { return UploadProgress(nextOffset: size, isComplete: false) }
        try finish(file, partial: partial, as: sha256)
        return complete
    }

    private func finish(_ file: LockedFile, partial: URL, as sha256: String) throws {
        try file.synchronize()
        do {
            try check(FileHasher.sha256(ofFileAt: partial), is: sha256, what: "An upload")
        } catch let error as ContentStoreError where error.isDamage {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
        try publish(partial, as: sha256)
    }
}
