import Foundation
import TrainingJobs

/// A row of numbers of a table, and what else was asked for of it.
public struct NumberTableRow: Sendable, Equatable {
    /// In the order that the columns were asked for; all finite.
    public var numbers: [Float]
    /// Values of the other columns, as they stand there.
    public var texts: [String]
    /// Data row, from 1; the header is not one.
    public var row: Int
    /// Line of the file where the row starts, from 1.
    public var line: Int
}

/// Reads columns of numbers from CSV, TSV or JSON Lines, row by row, in bounded memory.
public struct NumberTableReader: ~Copyable {
    private var reader: TableReader
    private let columns: [String]
    private let name: String

    /// - Parameters:
    ///   - columns: of numbers, in the order that rows have them.
    ///   - textColumns: of anything, such as a label.
    ///   - name: How errors call the file; its own name where there is none.
    /// - Throws: `DatasetError` as `TableReader` does.
    public init(
        url: URL, format: DataFormat, columns: [String], textColumns: [String] = [], name: String? = nil
    ) throws {
        self.columns = columns
        self.name = name ?? url.lastPathComponent
        reader = try TableReader(
            url: url, format: format, columns: columns + textColumns, name: self.name)
    }

    /// The next row; `nil` at the end.
    ///
    /// - Throws: `DatasetError` as `TableReader` does, and, with row and column, `missingValue` and `notANumber`.
    public mutating func next() throws -> NumberTableRow? {
        guard let row = try reader.next() else { return nil }
        var found = NumberTableRow(
            numbers: [], texts: Array(row.values[columns.count...]), row: row.row, line: row.line)
        found.numbers.reserveCapacity(columns.count)
        for (column, value) in zip(columns, row.values) {
            found.numbers.append(try number(value, column, found))
        }
        return found
    }

    private func number(_ text: String, _ column: String, _ row: NumberTableRow) throws -> Float {
        func failure(_ code: DatasetError.Code, _ reason: String) -> DatasetError {
            DatasetError(code: code, reason: reason, file: name, row: row.row, line: row.line)
        }
        guard text.utf8.contains(where: { $0 != 0x20 && $0 != 0x09 }) else {
            throw failure(
                .missingValue,
                "The column \"\(column)\" is empty. Fill the gap, or leave the row or column out.")
        }
        guard let number = Self.decimal(text) else {
            throw failure(
                .notANumber,
                "The column \"\(column)\" holds \"\(text.prefix(60))\"; a number such as 1.5 or 2e-3 is "
                    + "expected. A task may leave columns out by naming the others under columns.")
        }
        return number
    }

    /// The finite 32-bit number nearest to the decimal in `text`, blanks around it aside; `nil` where that is none.
    /// Swift reads "nan", "inf" and hexadecimal too, which are none here.
    private static func decimal(_ text: String) -> Float? {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard trimmed.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Float(trimmed),
            number.isFinite
        else { return nil }
        return number
    }
}
