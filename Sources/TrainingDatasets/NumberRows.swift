import Foundation
import TrainingJobs

/// The rows of a table task's CSV, TSV or JSON Lines file.
final class NumberRows: LabelledRowSource {
    private var reader: NumberTableReader
    private let name: String

    /// Throws `DatasetError` as `TableReader` does; a file whose labels are not read need not have them.
    init(
        _ file: DataFileSpecification, of task: TaskSpecification, columns: [String], isLabelled: Bool,
        at url: URL
    ) throws {
        name = file.path
        reader = try NumberTableReader(
            url: url, format: file.format, columns: columns,
            textColumns: isLabelled ? [task.labelColumn] : [], name: file.path)
    }

    /// Columns of numbers where a job names none: all of the training file but the label's, in its order.
    static func defaultColumns(of task: TaskSpecification, at url: URL) throws -> [String] {
        let columns = try TableReader.columnNames(
            url: url, format: task.train.format, name: task.train.path
        ).filter { LabelName($0) != LabelName(task.labelColumn) }
        guard !columns.isEmpty else {
            throw DatasetError(
                code: .missingColumn, reason: "Beside the label there is no column to learn from.",
                file: task.train.path)
        }
        return columns
    }

    func next() throws -> LabelledRow? {
        guard let row = try reader.next() else { return nil }
        return LabelledRow(
            payload: .numbers(row.numbers), label: row.texts.first, file: name, row: row.row, line: row.line)
    }
}
