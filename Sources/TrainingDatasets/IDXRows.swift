import Foundation
import TrainingJobs

/// The rows of an image task's IDX files: images of [count, height, width] bytes, grey, or with 3 more for
/// colour, and labels of [count] bytes. An image becomes a PNG file.
final class IDXRows: LabelledRowSource {
    private var images: IDXFile
    private var labels: IDXFile
    private let classNames: ClassNames?
    private var row = 0

    /// Throws `DatasetError` where one of the files is none, or they do not fit each other.
    init(images: (url: URL, name: String), labels: (url: URL, name: String), classNames: ClassNames?) throws {
        self.classNames = classNames
        self.images = try IDXFile(url: images.url, name: images.name)
        self.labels = try IDXFile(url: labels.url, name: labels.name)
        let dimensions = self.images.dimensions
        guard dimensions.count == 3 || (dimensions.count == 4 && dimensions[3] == 3) else {
            throw DatasetError(
                code: .invalidIDX,
                reason: "It has \(self.images.shape) bytes; images × height × width, and × 3 for colour, are "
                    + "expected." + (dimensions.count == 1 ? " Is it the file of labels?" : ""),
                file: images.name)
        }
        guard self.labels.dimensions.dropFirst().allSatisfy({ $0 == 1 }) else {
            throw DatasetError(
                code: .invalidIDX,
                reason: "It has \(self.labels.shape) bytes; one label an image is expected.",
                file: labels.name)
        }
        guard self.images.count == self.labels.count else {
            throw DatasetError(
                code: .invalidIDX,
                reason: "It has \(self.labels.count) labels for \(self.images.count) images.",
                file: labels.name)
        }
    }

    func next() throws -> LabelledRow? {
        guard let pixels = try images.next(), let label = try labels.next() else {
            // Both say whether they end where their headers do.
            _ = try labels.next()
            return nil
        }
        row += 1
        let size = images.dimensions
        let file = StoredPNG.encode(
            width: size[2], height: size[1], channels: size.count == 4 ? 3 : 1, pixels: pixels)
        var found = LabelledRow(
            payload: .image(file), label: String(label[0]), file: images.name, row: row)
        if let classNames { found.label = try classNames.name(of: found.label, in: found) }
        return found
    }
}
