import Foundation

/// Who a worker is: an id that lasts across restarts, kept in the cache directory under the worker's name,
/// and one of this process.
struct WorkerIdentity: Sendable {
    let workerID: String
    let sessionID: String
    private let lock: WorkerNameLock

    /// - Throws: `WorkerError` `.nameInUse` where a living process has this name and cache directory.
    init(name: String, cacheDirectory: URL) throws {
        let folder = cacheDirectory.appendingPathComponent("workers")
        let safeName = name.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? String($0) : "_" }
            .joined()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw WorkerError(
                .fileSystem, "cannot write to the cache directory \(cacheDirectory.path): \(error)",
                context: cacheDirectory.path)
        }
        lock = try WorkerNameLock(folder.appendingPathComponent("\(safeName).lock"), name: name)
        workerID = try Self.lastingID(folder.appendingPathComponent("\(safeName).id"))
        sessionID = UUID().uuidString.lowercased()
    }

    private static func lastingID(_ url: URL) throws -> String {
        if let text = try? String(contentsOf: url, encoding: .utf8),
            let id = UUID(uuidString: text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            return id.uuidString.lowercased()
        }
        let id = UUID().uuidString.lowercased()
        do {
            try Data((id + "\n").utf8).write(to: url, options: .atomic)
        } catch {
            throw WorkerError(
                .fileSystem, "cannot write the worker's id to \(url.path): \(error)", context: url.path)
        }
        return id
    }
}

/// Held while the process lives, so that no second one takes the same id.
private final class WorkerNameLock: Sendable {
    private let descriptor: Int32

    init(_ url: URL, name: String) throws {
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw WorkerError(
                .fileSystem, "cannot open \(url.path): \(String(cString: strerror(errno)))", context: url.path
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw WorkerError(
                .nameInUse,
                "a worker named \"\(name)\" already runs with this cache directory; give this one another name "
                    + "or cache directory",
                context: url.path)
        }
    }

    deinit { close(descriptor) }
}
