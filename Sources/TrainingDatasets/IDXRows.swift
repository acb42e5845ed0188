import Foundation
import TrainingJobs

/// The rows of an image task's IDX files: images of [count, height, width] bytes, grey, or with 3 more for
/// colour, and labels of [count] bytes. An image becomes a PNG file.
final class IDXRows: LabelledRowSource {
    private var images: IDXFile
    /// `nil` where labels are not read.
    private var labels: IDXFile?
    private let classNames: ClassNames?
    private var row = 0

    /// Throws `DatasetError` where one of the files is none, or they do not fit each other.
    init(
        images: (url: URL, name: String), labels: (url: URL, name: String)?, classNames: ClassNames?
    ) throws {
        self.classNames = classNames
        self.images = try IDXFile(url: images.url, name: images.name)
        self.labels = try labels.map { try IDXFile(url: $0.url, name: $0.name) }
        let dimensions = self.images.dimensions
        guard dimensions.count == 3 || (dimensions.count == 4 && dimensions[3] == 3) else {
            throw DatasetError(
                code: .invalidIDX,
                reason: "It has \(self.images.shape) bytes; images × height × width, and × 3 for colour, are "
                    + "expected." + (dimensions.count == 1 ? " Is it the file of labels?" : ""),
                file: images.name)
        }
        try self.labels.map(requireOneLabelEach)
    }

    private func requireOneLabelEach(_ labels: IDXFile) throws {
        guard labels.dimensions.dropFirst().allSatisfy({ $0 == 1 }) else {
            throw DatasetError(
                code: .invalidIDX,
                reason: "It has \(labels.shape) bytes; one label an image is expected.",
                file: labels.name)
        }
        guard images.count == labels.count else {
            throw DatasetError(
                code: .invalidIDX,
                reason: "It has \(labels.count) labels for \(images.count) images.",
                file: labels.name)
        }
    }

    func next() throws -> LabelledRow? {
        let (pixels, label) = (try images.next(), try labels?.next())
        // Both were asked, so that each has said whether it ends where its header does.
        guard let pixels else { return nil }
        row += 1
        let size = images.dimensions
        let file = StoredPNG.encode(
            width: size[2], height: size[1], channels: size.count == 4 ? 3 : 1, pixels: pixels)
        var found = LabelledRow(payload: .image(file), file: images.name, row: row)
        guard let label else { return found }
        let name = String(label[0])
        found.label = try classNames?.name(of: name, in: found) ?? name
        return found
    }
}
