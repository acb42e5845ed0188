import Foundation
import TrainingJobs

/// A data row: the values of the columns that were asked for.
public struct TableRow: Sendable, Equatable {
    /// In the order that the columns were asked for.
    public var values: [String]
    /// Data row, from 1; the header is not one.
    public var row: Int
    /// Line of the file where the row starts, from 1.
    public var line: Int

    public init(values: [String], row: Int, line: Int) {
        self.values = values
        self.row = row
        self.line = line
    }
}

/// Reads rows of CSV, TSV or JSON Lines one after the other, in bounded memory.
public struct TableReader: ~Copyable {
    /// Opens the file and reads its header.
    ///
    /// - Parameter columns: Columns (or JSON keys) whose values the rows hold, in this order.
    /// - Throws: `DatasetError`: `unreadableFile`, `missingColumn` (naming those that are there), `emptyData`.
    public init(url: URL, format: DataFormat, columns: [String]) throws {
        throw DatasetError(code: .unreadableFile, reason: "not yet")
    }

    /// The next row; `nil` at the end.
    public mutating func next() throws -> TableRow? { nil }
}
