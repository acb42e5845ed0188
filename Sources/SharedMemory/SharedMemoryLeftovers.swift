import Glibc

extension SharedMemorySegment {
    /// Removes segments with this beginning of their names that no living process has made.
    ///
    /// - Returns: how many.
    @discardableResult
    public static func removeLeftovers(in directory: String = standardDirectory, prefix: String) -> Int {
        guard let folder = opendir(directory) else { return 0 }
        defer { closedir(folder) }
        var removed = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name.hasPrefix(prefix), removeLeftover("\(directory)/\(name)") { removed += 1 }
        }
        return removed
    }

    /// Under the lock, so that a segment in the making is either locked already or will notice.
    private static func removeLeftover(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && unlink(path) == 0
    }
}
