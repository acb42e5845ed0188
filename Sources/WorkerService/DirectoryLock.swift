import Foundation

/// An advisory lock (flock) on a file or folder that is there, held until this value goes away, also by a crash:
/// it tells other processes of the host that its holder lives.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// `nil` where another holds the lock, or where there is no such file or folder.
    ///
    /// - Parameters:
    ///   - isShared: as many as like may hold it.
    ///   - waits: for whoever holds it.
    init?(_ url: URL, isShared: Bool = false, waits: Bool = false) {
        descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)) != 0 {
            if errno == EINTR { continue }
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }
}
