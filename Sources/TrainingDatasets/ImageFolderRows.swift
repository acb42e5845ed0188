import Foundation

/// The rows of an image folder as it lies on the submitting machine. For the way to the coordinator it is packed
/// into an archive with the same rows in the same order.
final class ImageFolderRows: LabelledRowSource {
    private let folder: ImageFolder
    private let classNames: ClassNames?
    private var row = 0

    /// Throws `DatasetError` as `ImageFolder` does.
    init(url: URL, name: String, isLabelled: Bool = true, classNames: ClassNames?) throws {
        folder = try ImageFolder(url: url, name: name, isLabelled: isLabelled)
        self.classNames = classNames
    }

    func next() throws -> LabelledRow? {
        guard row < folder.images.count else { return nil }
        let image = folder.images[row]
        row += 1
        var found = LabelledRow(
            payload: .image(try folder.read(image)), label: image.label, file: folder.name, row: row,
            entry: image.path)
        if let classNames, let label = image.label {
            found.label = try classNames.name(of: label, in: found)
        }
        return found
    }
}
