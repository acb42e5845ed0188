import Foundation
import TrainingJobs

/// The rows of a text task's CSV, TSV or JSON Lines file.
final class TextRows: LabelledRowSource {
    private var reader: TableReader
    private let name: String

    /// Throws `DatasetError` as `TableReader` does.
    init(_ file: DataFileSpecification, of task: TaskSpecification, at url: URL) throws {
        name = file.path
        reader = try TableReader(
            url: url, format: file.format, columns: [task.textColumn, task.labelColumn], name: file.path)
    }

    func next() throws -> LabelledRow? {
        guard let row = try reader.next() else { return nil }
        return LabelledRow(
            payload: .text(row.values[0]), label: row.values[1], file: name, row: row.row, line: row.line)
    }
}
