import Foundation
import Glibc

/// A file that one process (or thread) at a time appends to, by an advisory lock that ends with its holder.
struct LockedFile {
    private let handle: FileHandle

    /// Opens or creates the file and waits for its lock. `nil` where `isObsolete` turned true meanwhile.
    ///
    /// - Throws: `ContentStoreError` `.fileSystem`, also where another process holds the lock for all of `patience`.
    static func open(_ url: URL, patience: Duration = .seconds(30), unless isObsolete: () -> Bool) throws
        -> LockedFile?
    {
        let end = ContinuousClock.now + patience
        while true {
            let descriptor = Glibc.open(url.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw FileSystem.failure("open", url) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                guard errno == EINTR || errno == EWOULDBLOCK, ContinuousClock.now < end else {
                    throw FileSystem.failure("lock", url)
                }
                usleep(2000)
            }
            // While this one waited, the holder may have moved the file to its final name or removed it; the
            // lock is then on a file that is no longer there.
            if isObsolete() {
                try? handle.close()
                if FileManager.default.fileExists(atPath: url.path) {
                    try? FileManager.default.removeItem(at: url)
                }
                return nil
            }
            var held = stat()
            var named = stat()
            if fstat(descriptor, &held) == 0, stat(url.path, &named) == 0, held.st_ino == named.st_ino {
                return LockedFile(handle: handle)
            }
            try? handle.close()
        }
    }

    func size() throws -> Int {
        do {
            return Int(try handle.seekToEnd())
        } catch {
            throw failure("measured", error)
        }
    }

    func append(_ bytes: ArraySlice<UInt8>) throws {
        do {
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw failure("written", error)
        }
    }

    func synchronize() throws {
        do {
            try handle.synchronize()
        } catch {
            throw failure("written to disk", error)
        }
    }

    /// Closing gives the lock up.
    func close() { try? handle.close() }

    private func failure(_ what: String, _ error: any Error) -> ContentStoreError {
        ContentStoreError(
            code: FileSystem.code(of: error),
            message: "An upload could not be \(what): \(error.localizedDescription). Is the disk full?")
    }
}
