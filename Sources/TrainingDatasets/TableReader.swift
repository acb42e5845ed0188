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
///
/// Files are UTF-8, with or without a byte order mark; lines end in LF or CRLF; blank lines are passed over.
/// CSV and TSV start with a header.
public struct TableReader: ~Copyable {
    private let lines: LineReader
    private let columns: [String]
    private let format: DataFormat
    private var row = 0
    private var splitter: FieldSplitter
    /// CSV and TSV: where the columns stand in the header, and how many fields it has.
    private let places: [Int]
    private let fieldCount: Int
    private var jsonLine: [UInt8] = []

    /// Opens the file and reads its header.
    ///
    /// - Parameters:
    ///   - columns: Columns (or JSON keys) whose values the rows hold, in this order.
    ///   - name: How errors call the file; its own name where there is none.
    /// - Throws: `DatasetError`: `unreadableFile`, `missingColumn` (naming those that are there),
    ///   `emptyData`.
    public init(url: URL, format: DataFormat, columns: [String], name: String? = nil) throws {
        let lines = try LineReader(url: url, name: name ?? url.lastPathComponent)
        var splitter = FieldSplitter(format: format)
        (places, fieldCount) = format == .jsonl ? ([], 0) : try Self.header(lines, &splitter, columns)
        self.lines = lines
        self.splitter = splitter
        self.format = format
        self.columns = columns
    }

    /// The next row; `nil` at the end.
    ///
    /// - Throws: `DatasetError` with the row: `raggedRow`, `unbalancedQuote`, `invalidUTF8`, `rowTooLong`; of
    ///   JSON
    ///   Lines `invalidJSON`, `missingColumn`, `missingValue`.
    public mutating func next() throws -> TableRow? {
        row += 1
        return format == .jsonl ? try nextObject() : try nextFields()
    }

    /// Names of all columns of the file, in its order; of JSON Lines the keys of the first row.
    ///
    /// - Throws: `DatasetError` as `init` and `next` do.
    static func columnNames(url: URL, format: DataFormat, name: String) throws -> [String] {
        if format == .jsonl {
            var reader = try TableReader(url: url, format: format, columns: [], name: name)
            // The row that was read is an object.
            return try reader.next() == nil ? [] : JSONLineScanner.keys(in: reader.jsonLine)
        }
        var splitter = FieldSplitter(format: format)
        return try headerNames(LineReader(url: url, name: name), &splitter)
    }

    /// Where `columns` stand among the header's fields, and how many fields it has.
    private static func header(
        _ lines: LineReader, _ splitter: inout FieldSplitter, _ columns: [String]
    ) throws -> (places: [Int], fieldCount: Int) {
        let names = try headerNames(lines, &splitter)
        let places = try columns.map { column in
            let found = names.indices.filter { names[$0] == column }
            guard let place = found.first else {
                let shown = names.prefix(20).map { "\"\($0.prefix(60))\"" }.joined(separator: ", ")
                let more = names.count > 20 ? " and \(names.count - 20) more" : ""
                throw DatasetError(
                    code: .missingColumn,
                    reason: "There is no column \"\(column)\". The file has: \(shown)\(more).",
                    file: lines.name, line: splitter.firstLine)
            }
            guard found.count == 1 else {
                throw DatasetError(
                    code: .duplicateColumn,
                    reason: "\(found.count) columns are called \"\(column)\"; rename one.",
                    file: lines.name, line: splitter.firstLine)
            }
            return place
        }
        return (places, names.count)
    }

    private static func headerNames(_ lines: LineReader, _ splitter: inout FieldSplitter) throws -> [String] {
        guard try splitter.readRow(from: lines, row: 0) else {
            throw DatasetError(
                code: .emptyData, reason: "The file is empty; a header with column names is expected.",
                file: lines.name)
        }
        return try splitter.fields.map { field in
            guard let name = String(validating: splitter.text[field], as: UTF8.self) else {
                throw DatasetError(
                    code: .invalidUTF8, reason: "The header is not UTF-8: save the file as UTF-8.",
                    file: lines.name, line: splitter.firstLine)
            }
            return name
        }
    }

    private mutating func nextFields() throws -> TableRow? {
        guard try splitter.readRow(from: lines, row: row) else { return nil }
        let line = splitter.firstLine
        guard splitter.fields.count == fieldCount else {
            throw DatasetError(
                code: .raggedRow,
                reason: "The row has \(splitter.fields.count) fields and the header \(fieldCount)."
                    + (format == .csv ? " Put fields with commas in quotes." : ""),
                file: lines.name, row: row, line: line)
        }
        try requireUTF8(splitter.text, line: line)
        let values = places.map { String(decoding: splitter.text[splitter.fields[$0]], as: UTF8.self) }
        return TableRow(values: values, row: row, line: line)
    }

    private mutating func nextObject() throws -> TableRow? {
        repeat {
            jsonLine.removeAll(keepingCapacity: true)
            guard try lines.appendLine(to: &jsonLine, row: row) else { return nil }
        } while jsonLine.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        let line = lines.line
        try requireUTF8(jsonLine, line: line)
        let found: [JSONLineScanner.Value?]
        do {
            found = try JSONLineScanner.values(of: columns, in: jsonLine)
        } catch let failure as JSONLineScanner.Failure {
            throw DatasetError(
                code: .invalidJSON,
                reason: "This is not a JSON object: at byte \(failure.byte), \(failure.reason).",
                file: lines.name, row: row, line: line)
        }
        var values: [String] = []
        for (column, value) in zip(columns, found) {
            switch value {
            case .text(let text): values.append(text)
            case nil:
                throw DatasetError(
                    code: .missingColumn, reason: "There is no key \"\(column)\" in this row.",
                    file: lines.name,
                    row: row, line: line)
            case .null, .compound:
                throw DatasetError(
                    code: .missingValue,
                    reason:
                        "The key \"\(column)\" holds \(value == .null ? "null" : "a list or an object"); "
                        + "text, a number or a boolean is expected.",
                    file: lines.name, row: row, line: line)
            }
        }
        return TableRow(values: values, row: row, line: line)
    }

    private func requireUTF8(_ bytes: [UInt8], line: Int) throws {
        guard isUTF8(bytes) else {
            throw DatasetError(
                code: .invalidUTF8, reason: "The row is not UTF-8: save the file as UTF-8.", file: lines.name,
                row: row, line: line)
        }
    }
}

/// Most data is ASCII, which one pass over the bytes shows.
private func isUTF8(_ bytes: [UInt8]) -> Bool {
    var seen: UInt8 = 0
    for byte in bytes { seen |= byte }
    return seen < 0x80 || String(validating: bytes, as: UTF8.self) != nil
}
