import Foundation
import TrainingJobs

/// The text and label of every row of one split's file.
struct LabelledRows: ~Copyable {
    private var reader: TableReader
    private let name: String
    private let labelColumn: String
    private var isEmpty = true

    init(_ file: DataFileSpecification, of task: TaskSpecification, at url: URL) throws {
        name = file.path
        labelColumn = task.labelColumn
        reader = try TableReader(
            url: url, format: file.format, columns: [task.textColumn, task.labelColumn], name: file.path)
    }

    /// The next row; `nil` at the end. Throws `DatasetError` as the reader does, `missingValue` for a row
    /// without a label, and `emptyData` where there is no row at all.
    mutating func next() throws -> (text: String, label: String, position: TableRow)? {
        guard let row = try reader.next() else {
            if isEmpty {
                throw DatasetError(code: .emptyData, reason: "The file has no data rows.", file: name)
            }
            return nil
        }
        isEmpty = false
        guard !row.values[1].isEmpty else {
            throw DatasetError(
                code: .missingValue, reason: "The label (\"\(labelColumn)\") is empty.", file: name,
                row: row.row,
                line: row.line)
        }
        return (row.values[0], row.values[1], row)
    }
}
