import Foundation

/// A file system of a few megabytes that can be filled, which takes root and the right to mount.
public final class SmallFileSystem: Sendable {
    public let directory: URL
    private var filler: URL { directory.appendingPathComponent("filler") }

    /// `nil` where this process may not mount one.
    public init?(megabytes: Int) {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "small-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let options = ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", directory.path]
        guard Self.run("/bin/mount", options) else {
            try? FileManager.default.removeItem(at: directory)
            return nil
        }
    }

    deinit {
        _ = Self.run("/bin/umount", ["-l", directory.path])
        try? FileManager.default.removeItem(at: directory)
    }

    public static let isAvailable = geteuid() == 0 && SmallFileSystem(megabytes: 1) != nil

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
