import Foundation
import Glibc

/// Blobs in use: seen to be so by whoever makes room, and looked after where the disk damages them.
extension BlobStore {
    /// What changes where a blob's file does: one that has the stamp of a file that was verified need not be
    /// hashed again.
    public struct Stamp: Sendable, Hashable {
        let inode: UInt64
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    /// Throws as `url(for:)`.
    public func stamp(of sha256: String) throws -> Stamp {
        let place = try url(for: sha256)
        var status = Glibc.stat()
        guard stat(place.path, &status) == 0 else { throw FileSystem.failure("examine", place) }
        return Stamp(
            inode: UInt64(status.st_ino), size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }

    /// Makes a blob as new as one that was added now, so that `removeBlobs` keeps it for as long.
    ///
    /// - Parameter date: one that was added or used since then is left as it is; `nil`: none is.
    /// - Returns: whether the store has the blob.
    @discardableResult
    public func markUsed(_ sha256: String, unlessSince date: Date? = nil) -> Bool {
        guard let place = try? place(of: sha256), contains(sha256) else { return false }
        if let date, !FileSystem.isOlder(place, than: date) { return true }
        return utimensat(AT_FDCWD, place.path, nil, 0) == 0 || contains(sha256)
    }

    /// Hashes a blob once more, and removes it where the disk has changed or lost it, so that it can be added anew.
    ///
    /// - Returns: whether the store has the blob, whole.
    public func keepIfWhole(_ sha256: String) throws -> Bool {
        do {
            try verify(sha256)
            return true
        } catch let error as ContentStoreError where error.code == .missing {
            return false
        } catch let error as ContentStoreError where error.isDamage {
            try remove(sha256)
            return false
        }
    }

    /// Removes a blob that `verify` found damaged, so that it can be added anew. Whoever has its file open keeps
    /// it.
    public func remove(_ sha256: String) throws {
        let place = try place(of: sha256)
        guard unlink(place.path) == 0 || errno == ENOENT else { throw FileSystem.failure("remove", place) }
    }
}
