import Foundation
import TrainingJobs

/// The rows of a table task's CSV, TSV or JSON Lines file.
final class NumberRows: LabelledRowSource {
    private var reader: TableReader
    private let columns: [String]
    private let name: String

    /// Throws `DatasetError` as `TableReader` does.
    init(
        _ file: DataFileSpecification, of task: TaskSpecification, columns: [String], at url: URL
    ) throws {
        self.columns = columns
        name = file.path
        reader = try TableReader(
            url: url, format: file.format, columns: columns + [task.labelColumn], name: file.path)
    }

    /// Columns of numbers where a job names none: all of the training file but the label's, in its order.
    static func defaultColumns(
        of task: TaskSpecification, at url: URL
    ) throws -> [String] {
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

    /// Throws `DatasetError` with row and column: `missingValue`, `notANumber`.
    func next() throws -> LabelledRow? {
        guard let row = try reader.next() else { return nil }
        var found = LabelledRow(
            payload: .numbers([]), label: row.values[columns.count], file: name, row: row.row, line: row.line)
        found.payload = .numbers(
            try zip(columns, row.values).map { column, value in try number(value, column, found) })
        return found
    }

    private func number(_ text: String, _ column: String, _ row: LabelledRow) throws -> Float {
        let trimmed = text.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        guard !trimmed.isEmpty else {
            throw row.error(
                .missingValue,
                "The column \"\(column)\" is empty. Fill the gap, or leave the row or column out.")
        }
        guard let number = DecimalNumber.float(text) else {
            throw row.error(
                .notANumber,
                "The column \"\(column)\" holds \"\(text.prefix(60))\"; a number such as 1.5 or 2e-3 is "
                    + "expected. Leave the column out by naming the others under columns.")
        }
        return number
    }
}

/// Numbers as people and programs write them in tables.
enum DecimalNumber {
    /// The finite 32-bit number nearest to a decimal in `text`, blanks around it aside; `nil` where that is
    /// none. "nan", "inf" and hexadecimal are none.
    static func float(_ text: String) -> Float? {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard trimmed.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Float(trimmed),
            number.isFinite
        else { return nil }
        return number
    }
}
