import Foundation
import Testing

/// What disks do to files.
enum FlippedBits {
    /// Flips a bit in the middle of each file below a folder that `isWanted`; gives the files' names.
    static func flip(in folder: URL, where isWanted: (String) -> Bool) throws -> [String] {
        var names: [String] = []
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard isWanted(file.path) else { continue }
            try flip(file)
            names.append(file.lastPathComponent)
        }
        return names
    }

    /// Names of all files below a folder.
    static func fileNames(in folder: URL) throws -> Set<String> {
        var names: Set<String> = []
        let files = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                names.insert(file.lastPathComponent)
            }
        }
        return names
    }

    private static func flip(_ file: URL) throws {
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        let place = try handle.seekToEnd() / 2
        try handle.seek(toOffset: place)
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: place)
        try handle.write(contentsOf: Data([byte ^ 0x10]))
    }
}
