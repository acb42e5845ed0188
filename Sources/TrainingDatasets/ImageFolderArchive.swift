import Foundation

/// Packs a folder of images into one tar archive, a WebDataset shard, so that one file travels. The same folder is
/// the same bytes on any machine: names sorted, and no times, owners or modes.
public enum ImageFolderArchive {
    private static let blockSize = 512
    private static let maximumStem = 60

    /// Writes the archive to `target`, under a temporary name until it is whole.
    ///
    /// - Parameters:
    ///   - folder: A folder with a folder of images for each class.
    ///   - name: How errors call the folder.
    ///   - isLabelled: Whether the names of subfolders are classes and travel as labels.
    /// - Throws: `DatasetError` where the folder cannot be read or has no images; file errors of `target`.
    public static func write(
        _ folder: URL, name: String, isLabelled: Bool = true, to target: URL
    ) throws {
        let images = try ImageFolder(url: folder, name: name, isLabelled: isLabelled)
        let partial = target.appendingPathExtension("partial")
        guard FileManager.default.createFile(atPath: partial.path, contents: nil) else {
            throw DatasetError(
                code: .unreadableFile,
                reason: "The folder cannot be packed: \(partial.path) cannot be written. Is the disk full?",
                file: name)
        }
        defer { try? FileManager.default.removeItem(at: partial) }
        let handle = try FileHandle(forWritingTo: partial)
        for (number, image) in images.images.enumerated() {
            let key = key(of: image, number)
            try handle.write(contentsOf: member("\(key).\(image.type)", try images.read(image)))
            if let label = image.label {
                try handle.write(contentsOf: member("\(key).cls", Array(label.utf8)))
            }
        }
        try handle.write(contentsOf: [UInt8](repeating: 0, count: 2 * blockSize))
        try handle.close()
        try? FileManager.default.removeItem(at: target)
        try FileManager.default.moveItem(at: partial, to: target)
    }

    /// A number, so that no two keys are equal, and the file's name without dots, which would end the key.
    private static func key(of image: ImageFolder.Image, _ number: Int) -> String {
        let digits = String(number)
        let file = (image.path as NSString).lastPathComponent as NSString
        var stem = file.deletingPathExtension.replacing(".", with: "_")
        while stem.utf8.count > maximumStem { stem.removeLast() }
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "-" + stem
    }

    /// A header (POSIX ustar), the bytes, and zeros up to a whole block.
    private static func member(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: String, _ place: Int) {
            header.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(name, 0)
        put(octal(0o644, digits: 7), 100)
        put(octal(0, digits: 7), 108)
        put(octal(0, digits: 7), 116)
        put(octal(bytes.count, digits: 11), 124)
        put(octal(0, digits: 11), 136)
        put("        ", 148)
        put("0", 156)
        put("ustar\u{0}00", 257)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + "\u{0} ", 148)
        let padding = (blockSize - bytes.count % blockSize) % blockSize
        return header + bytes + [UInt8](repeating: 0, count: padding)
    }
}
