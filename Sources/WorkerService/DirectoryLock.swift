import Foundation

/// An advisory lock (flock) on a file or folder that is there, held until this value goes away, also by a crash:
/// it tells other processes of the host that its holder lives.
final class DirectoryLock: Sendable {
    private static let patience = Duration.seconds(10)

    private let descriptor: Int32

    /// `nil` where another holds the lock, or where there is no such file or folder.
    ///
    /// - Parameters:
    ///   - isShared: as many as like may hold it.
    ///   - waits: for whoever holds it, for ten seconds: that process may have been stopped.
    init?(_ url: URL, isShared: Bool = false, waits: Bool = false) {
        descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let end = ContinuousClock.now + Self.patience
        while flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if waits, errno == EWOULDBLOCK, ContinuousClock.now < end {
                usleep(2000)
                continue
            }
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }
}
