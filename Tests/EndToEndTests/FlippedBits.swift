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

    /// Flips a bit in the middle of the file below a folder that was written last.
    static func flipNewest(in folder: URL) throws {
        var newest: (file: URL, date: Date)?
        let files = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.contentModificationDateKey, .isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            let values = try file.resourceValues(forKeys: [.contentModificationDateKey, .isRegularFileKey])
            guard values.isRegularFile == true, let date = values.contentModificationDate else { continue }
            if date > newest?.date ?? .distantPast { newest = (file, date) }
        }
        try flip(try #require(newest).file)
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
