import Foundation

/// An advisory lock (flock) on a file, held until this value goes away, also by a crash. Locks are what
/// worker processes of one host know of each other.
final class FileLock: Sendable {
    enum Mode {
        /// Held by every reader of a segment: it is not evicted meanwhile.
        case shared
        /// Held by a writer or by whoever evicts.
        case exclusive

        var operation: Int32 { self == .shared ? LOCK_SH : LOCK_EX }
    }

    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The lock, or `nil` where another holds one that excludes it, or where there is no such file.
    static func tryLock(_ url: URL, _ mode: Mode) -> FileLock? {
        lock(url, flags: O_RDONLY, operation: mode.operation | LOCK_NB)
    }

    /// Waits for the lock; creates the file where there is none.
    ///
    /// - Returns: `nil` where another process has held it for all of `patience`: it may have been stopped.
    static func waitForLock(_ url: URL, _ mode: Mode, patience: Duration) throws -> FileLock? {
        let end = ContinuousClock.now + patience
        while true {
            if let lock = lock(url, flags: O_RDWR | O_CREAT, operation: mode.operation | LOCK_NB) {
                return lock
            }
            guard errno == EWOULDBLOCK else {
                throw FeatureCacheError(
                    .fileSystem, "cannot lock \(url.path): \(String(cString: strerror(errno)))",
                    path: url.path)
            }
            guard ContinuousClock.now < end else { return nil }
            usleep(5000)
        }
    }

    private static func lock(_ url: URL, flags: Int32, operation: Int32) -> FileLock? {
        let descriptor = open(url.path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, operation) != 0 {
            if errno == EINTR { continue }
            let number = errno
            close(descriptor)
            errno = number
            return nil
        }
        return FileLock(descriptor: descriptor)
    }
}
