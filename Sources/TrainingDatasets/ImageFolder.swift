import Foundation

/// A folder of images with a subfolder for each class, as torchvision's ImageFolder has it. Files below a class's
/// folder that are no .png, .jpg or .jpeg, and hidden ones, are passed over.
struct ImageFolder {
    struct Image: Equatable {
        /// Path below the folder.
        var path: String
        /// The name of the class's subfolder.
        var label: String
        /// "png", "jpg" or "jpeg".
        var type: String
    }

    let url: URL
    /// How errors call the folder.
    let name: String
    /// Sorted by the bytes of their paths, whatever order the disk gives them in.
    let images: [Image]

    /// - Throws: `DatasetError`: `unreadableFile`, `emptyData` where a class has no images.
    init(url: URL, name: String) throws {
        self.url = url
        self.name = name
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue
        else {
            throw DatasetError(code: .unreadableFile, reason: "There is no folder \(url.path).", file: name)
        }
        var images: [Image] = []
        for label in try Self.contents(of: url, name) where Self.isFolder(url.appendingPathComponent(label)) {
            let found = try Self.images(of: label, in: url, name)
            guard !found.isEmpty else {
                throw DatasetError(
                    code: .emptyData, reason: "The class has no .png, .jpg or .jpeg file.",
                    file: "\(name)/\(label)")
            }
            images += found
        }
        self.images = images
        guard !images.isEmpty else {
            throw DatasetError(
                code: .emptyData,
                reason: "The folder has no subfolders; one of images for each class is expected.",
                file: name)
        }
    }

    /// The bytes of one image.
    func read(_ image: Image) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: url.appendingPathComponent(image.path)))
        } catch {
            throw DatasetError(
                code: .unreadableFile, reason: "cannot be read: \(error.localizedDescription)", file: name,
                entry: image.path)
        }
    }

    private static func images(of label: String, in url: URL, _ name: String) throws -> [Image] {
        let folder = url.appendingPathComponent(label)
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { path in !path.split(separator: "/").contains { $0.hasPrefix(".") } }
            .compactMap { path in
                let type = (path as NSString).pathExtension.lowercased()
                guard WebDatasetReader.imageTypes.contains(type),
                    !isFolder(folder.appendingPathComponent(path))
                else { return nil }
                return Image(
                    path: "\(label)/\(path)", label: label.trimmingCharacters(in: .whitespacesAndNewlines),
                    type: type)
            }
            .sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private static func contents(of url: URL, _ name: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: url.path)
                .filter { !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw DatasetError(
                code: .unreadableFile, reason: "cannot be read: \(error.localizedDescription)", file: name)
        }
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
