import Foundation

/// The rows of an image task's WebDataset shards, one after the other: of each sample its image (.png, .jpg or
/// .jpeg) and, where labels are read, its label (.cls).
final class WebDatasetRows: LabelledRowSource {
    private var shards: ArraySlice<(url: URL, name: String)>
    private let isLabelled: Bool
    private let classNames: ClassNames?
    private var reader: WebDatasetReader?
    private var name = ""
    private var row = 0

    init(shards: [(url: URL, name: String)], isLabelled: Bool = true, classNames: ClassNames?) {
        self.shards = shards[...]
        self.isLabelled = isLabelled
        self.classNames = classNames
    }

    /// Throws `DatasetError` with the shard and the sample's name.
    func next() throws -> LabelledRow? {
        while true {
            if let entry = try reader?.next() { return try self.row(of: entry) }
            guard let shard = shards.popFirst() else { return nil }
            reader = try WebDatasetReader(file: shard.url, name: shard.name)
            name = shard.name
        }
    }

    private func row(of entry: WebDatasetReader.Entry) throws -> LabelledRow {
        row += 1
        var found = LabelledRow(payload: .image([]), file: name, row: row, entry: entry.key)
        let images = entry.files.filter { WebDatasetReader.imageTypes.contains($0.key.lowercased()) }
        guard let image = images.first else {
            let others = entry.files.keys.sorted().map { ".\($0)" }.joined(separator: ", ")
            throw found.error(
                .missingValue, "It has \(others) and no image: .png, .jpg or .jpeg is expected.")
        }
        guard images.count == 1 else {
            throw found.error(.ambiguousSample, "It has \(images.count) images; one is expected.")
        }
        found.payload = .image(image.value)
        if isLabelled { found.label = try label(of: entry, in: found) }
        return found
    }

    private func label(of entry: WebDatasetReader.Entry, in row: LabelledRow) throws -> String {
        guard let bytes = entry.files["cls"] else {
            throw row.error(
                .missingValue, "It has no label: \(entry.key).cls is expected beside the image.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw row.error(.invalidUTF8, "Its label (.cls) is not UTF-8.")
        }
        let label = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let classNames, !label.isEmpty else { return label }
        return try classNames.name(of: label, in: row)
    }
}
