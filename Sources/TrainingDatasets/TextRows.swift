import Foundation
import TrainingJobs

/// The rows of a text task's CSV, TSV or JSON Lines file.
final class TextRows: LabelledRowSource {
    private var reader: TableReader
    private let name: String

    /// Throws `DatasetError` as `TableReader` does; a file whose labels are not read need not have them.
    init(_ file: DataFileSpecification, of task: TaskSpecification, isLabelled: Bool, at url: URL) throws {
        name = file.path
        reader = try TableReader(
            url: url, format: file.format,
            columns: [task.textColumn] + (isLabelled ? [task.labelColumn] : []),
            name: file.path)
    }

    func next() throws -> LabelledRow? {
        guard let row = try reader.next() else { return nil }
        return LabelledRow(
            payload: .text(row.values[0]), label: row.values.count > 1 ? row.values[1] : nil, file: name,
            row: row.row, line: row.line)
    }
}
