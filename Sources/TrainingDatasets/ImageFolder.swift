import Foundation
import TrainingJobs

/// A folder of images with a subfolder for each class, as torchvision's ImageFolder has it. Files below a class's
/// folder that are no .png, .jpg or .jpeg, and hidden ones, are passed over.
///
/// Where labels are not read, subfolders mean nothing: images may lie anywhere below the folder.
struct ImageFolder {
    struct Image: Equatable {
        /// Path below the folder.
        var path: String
        /// The name of the class's subfolder; `nil` where labels are not read.
        var label: String?
        /// "png", "jpg" or "jpeg".
        var type: String
    }

    let url: URL
    /// How errors call the folder.
    let name: String
    /// Sorted by the bytes of their paths, whatever order the disk gives them in. Where labels are not read, sorted
    /// by content, since paths name the classes.
    let images: [Image]

    /// - Throws: `DatasetError`: `unreadableFile`, `emptyData` where a class has no images.
    init(url: URL, name: String, isLabelled: Bool = true) throws {
        self.url = url
        self.name = name
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue
        else {
            throw DatasetError(code: .unreadableFile, reason: "There is no folder \(url.path).", file: name)
        }
        images =
            isLabelled ? try Self.classes(of: url, name) : try Self.byContent(Self.images(in: url), url, name)
    }

    /// The bytes of one image.
    func read(_ image: Image) throws -> [UInt8] { try Self.read(image, in: url, name) }

    private static func read(_ image: Image, in url: URL, _ name: String) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: url.appendingPathComponent(image.path)))
        } catch {
            throw DatasetError(
                code: .unreadableFile, reason: "cannot be read: \(error.localizedDescription)", file: name,
                entry: image.path)
        }
    }

    /// The images of every class, class by class.
    private static func classes(of url: URL, _ name: String) throws -> [Image] {
        var images: [Image] = []
        for label in try contents(of: url, name) where isFolder(url.appendingPathComponent(label)) {
            var found = Self.images(in: url, below: "\(label)/")
            guard !found.isEmpty else {
                throw DatasetError(
                    code: .emptyData, reason: "The class has no .png, .jpg or .jpeg file.",
                    file: "\(name)/\(label)")
            }
            for place in found.indices {
                found[place].label = label.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            images += found
        }
        guard !images.isEmpty else {
            throw DatasetError(
                code: .emptyData,
                reason: "The folder has no subfolders; one of images for each class is expected.",
                file: name)
        }
        return images
    }

    /// `images` in an order in which neither names nor folders take part.
    private static func byContent(_ images: [Image], _ url: URL, _ name: String) throws -> [Image] {
        guard !images.isEmpty else {
            throw DatasetError(
                code: .emptyData, reason: "The folder has no .png, .jpg or .jpeg file.", file: name)
        }
        // Equal contents are equal samples, whichever of them comes first.
        return try images.map { (hash: StableHash.of(try read($0, in: url, name)), image: $0) }
            .sorted { $0.hash < $1.hash }.map(\.image)
    }

    /// The images below a part of the folder, sorted by the bytes of their paths.
    private static func images(in url: URL, below prefix: String = "") -> [Image] {
        let folder = prefix.isEmpty ? url : url.appendingPathComponent(prefix)
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { path in !path.split(separator: "/").contains { $0.hasPrefix(".") } }
            .compactMap { path in
                let type = (path as NSString).pathExtension.lowercased()
                guard WebDatasetReader.imageTypes.contains(type),
                    !isFolder(folder.appendingPathComponent(path))
                else { return nil }
                return Image(path: prefix + path, label: nil, type: type)
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
