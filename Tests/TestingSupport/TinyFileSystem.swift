import Foundation

/// A file system of little room that goes with the object; it takes root and mount.
public final class TinyFileSystem: Sendable {
    /// Where it is mounted, or is to be.
    public let directory: URL

    /// Whether this process may make them.
    public static let isAvailable = geteuid() == 0 && TinyFileSystem(size: "64k") != nil

    /// - Parameters:
    ///   - size: as mount says it, "1m".
    ///   - directory: made where it is not there; a temporary one where it is `nil`.
    public init?(size: String, at directory: URL? = nil) {
        self.directory =
            directory
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("tiny-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        guard Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", self.directory.path])
        else {
            try? FileManager.default.removeItem(at: self.directory)
            return nil
        }
    }

    deinit {
        _ = Self.run("/bin/umount", ["-l", directory.path])
        try? FileManager.default.removeItem(at: directory)
    }

    private static func run(_ tool: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
