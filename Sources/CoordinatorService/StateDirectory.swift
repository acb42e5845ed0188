import Foundation
import Glibc

/// The coordinator's directory, held by one process at a time.
final class StateDirectory: Sendable {
    let url: URL
    private let descriptor: Int32

    var databaseFile: URL { url.appendingPathComponent("coordinator.sqlite") }
    var blobDirectory: URL { url.appendingPathComponent("blobs", isDirectory: true) }

    /// Creates the directory where it is missing and locks it. The lock ends with the process or this object.
    /// - Throws: `CoordinatorError`: `stateDirectory`, `stateDirectoryInUse`.
    init(_ url: URL) throws {
        self.url = url
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw CoordinatorError(
                code: .stateDirectory,
                message: "The state directory \(url.path) cannot be created: \(error.localizedDescription)")
        }
        let lock = url.appendingPathComponent("coordinator.lock").path
        descriptor = Glibc.open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CoordinatorError(
                code: .stateDirectory,
                message:
                    "\(lock) cannot be opened: \(String(cString: strerror(errno))). Check the permissions.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw CoordinatorError(
                code: .stateDirectoryInUse,
                message: "Another coordinator uses \(url.path). Stop it, or choose another state directory.")
        }
    }

    deinit { Glibc.close(descriptor) }
}
