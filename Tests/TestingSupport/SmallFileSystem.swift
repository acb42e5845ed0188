import Foundation

/// A file system of little room, which can be filled and goes with the object; it takes root and the right to mount.
public final class SmallFileSystem: Sendable {
    /// Where it is mounted.
    public let directory: URL
    private var filler: URL { directory.appendingPathComponent("filler") }

    /// `nil` where this process may not mount one.
    ///
    /// - Parameters:
    ///   - size: as mount says it, "64k" or "1m".
    ///   - directory: made where it is not there; a temporary one where it is `nil`.
    public init?(size: String, at directory: URL? = nil) {
        self.directory =
            directory
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("small-\(UUID().uuidString)")
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

    /// Whether this process may make them.
    public static let isAvailable = geteuid() == 0 && SmallFileSystem(size: "64k") != nil

    /// Takes all the room that is left but for so many bytes.
    public func fill(leaving bytes: Int = 0) throws {
        FileManager.default.createFile(atPath: filler.path, contents: nil)
        let file = try FileHandle(forWritingTo: filler)
        defer { try? file.close() }
        try file.seekToEnd()
        for size in [1 << 16, 4096, 512, 1] {
            let block = Data(repeating: 1, count: size)
            while (try? file.write(contentsOf: block)) != nil {}
        }
        let size = try file.seekToEnd()
        try file.truncate(atOffset: size - min(size, UInt64(bytes)))
    }

    /// Gives back what `fill` took.
    public func makeRoom() throws { try FileManager.default.removeItem(at: filler) }

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
