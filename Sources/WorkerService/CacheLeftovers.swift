import Foundation

/// What workers that were killed left in a cache directory.
enum CacheLeftovers {
    /// Removes the folders of jobs whose worker is gone, and the ids of workers that a `graft run` had for itself.
    /// Best effort: what cannot be removed stays.
    static func remove(in cacheDirectory: URL) {
        removeJobFolders(JobFolder.parent(in: cacheDirectory))
        removePassingWorkers(cacheDirectory.appendingPathComponent("workers", isDirectory: true))
    }

    private static func removeJobFolders(_ parent: URL) {
        // No folder is made meanwhile, so that each there is has its lock.
        guard let lock = DirectoryLock(parent, waits: true) else { return }
        defer { withExtendedLifetime(lock) {} }
        for name in names(in: parent) where UUID(uuidString: name) != nil {
            let folder = parent.appendingPathComponent(name, isDirectory: true)
            if DirectoryLock(folder) != nil { try? FileManager.default.removeItem(at: folder) }
        }
    }

    /// Workers named run-PID-N end with the process PID; no other process makes such names.
    private static func removePassingWorkers(_ folder: URL) {
        for name in names(in: folder) {
            let parts = name.prefix { $0 != "." }.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "run", Int(parts[2]) != nil, let parent = Int32(parts[1]),
                parent > 0, kill(parent, 0) != 0, errno == ESRCH
            else { continue }
            let stem = "\(parts.joined(separator: "-"))"
            let lockFile = folder.appendingPathComponent("\(stem).lock")
            if FileManager.default.fileExists(atPath: lockFile.path), DirectoryLock(lockFile) == nil {
                continue
            }
            for suffix in ["id", "lock"] {
                try? FileManager.default.removeItem(at: folder.appendingPathComponent("\(stem).\(suffix)"))
            }
        }
    }

    private static func names(in folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }
}
