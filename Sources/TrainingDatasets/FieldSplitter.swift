import TrainingJobs

/// Cuts rows of CSV or TSV into fields.
///
/// CSV is RFC 4180: fields in quotes may hold commas, line breaks and doubled quotes. A quote within a field
/// that does not start with one is text. TSV is the registered text/tab-separated-values: no quoting, so that
/// a quote is a character like any other.
struct FieldSplitter {
    private static let quote: UInt8 = 0x22
    private static let carriageReturn: UInt8 = 0x0D

    let separator: UInt8
    let hasQuotes: Bool
    /// Bytes of the row's fields, one after the other, quotes resolved.
    private(set) var text: [UInt8] = []
    /// The fields' places in `text`.
    private(set) var fields: [Range<Int>] = []
    /// The line where the row starts.
    private(set) var firstLine = 0
    private var raw: [UInt8] = []

    init(format: DataFormat) {
        separator = format == .tsv ? 0x09 : 0x2C
        hasQuotes = format == .csv
    }

    /// Reads the next row that is not blank. False at the end of the file.
    ///
    /// - Throws: `DatasetError`: `unbalancedQuote`, `rowTooLong`, `unreadableFile`.
    mutating func readRow(from lines: LineReader, row: Int) throws -> Bool {
        repeat {
            raw.removeAll(keepingCapacity: true)
            guard try lines.appendLine(to: &raw, row: row) else { return false }
        } while raw.isEmpty || raw == [Self.carriageReturn]
        text.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)

        firstLine = lines.line
        var cursor = 0
        while true {
            let start = text.count
            if hasQuotes, cursor < raw.count, raw[cursor] == Self.quote {
                cursor = try quotedField(from: cursor + 1, lines, row: row)
            } else {
                cursor = plainField(from: cursor)
            }
            fields.append(start..<text.count)
            // Past the separator there is one more field, be it empty.
            guard cursor < raw.count, raw[cursor] == separator else { return true }
            cursor += 1
        }
    }

    /// Returns where the field ends: at a separator or the row's end.
    private mutating func plainField(from start: Int) -> Int {
        var end = start
        while end < raw.count, raw[end] != separator { end += 1 }
        let isLast = end == raw.count
        let trimmed = isLast && end > start && raw[end - 1] == Self.carriageReturn ? end - 1 : end
        text.append(contentsOf: raw[start..<trimmed])
        return end
    }

    /// `start` is past the opening quote.
    private mutating func quotedField(from start: Int, _ lines: LineReader, row: Int) throws -> Int {
        var cursor = start
        while true {
            let rest = raw[cursor...]
            guard let quote = rest.firstIndex(of: Self.quote) else {
                text.append(contentsOf: rest)
                cursor = raw.count
                // The line break belongs to the field; the row goes on in the next line.
                text.append(10)
                raw.append(10)
                cursor += 1
                guard try lines.appendLine(to: &raw, row: row) else {
                    throw DatasetError(
                        code: .unbalancedQuote, reason: "A quote is opened in this row and not closed.",
                        file: lines.name, row: row, line: firstLine)
                }
                continue
            }
            text.append(contentsOf: raw[cursor..<quote])
            cursor = quote + 1
            if cursor < raw.count, raw[cursor] == Self.quote {
                text.append(Self.quote)
                cursor += 1
                continue
            }
            let isEnd =
                cursor == raw.count || (cursor == raw.count - 1 && raw[cursor] == Self.carriageReturn)
            guard isEnd || raw[cursor] == separator else {
                throw DatasetError(
                    code: .unbalancedQuote,
                    reason:
                        "Text follows a closing quote. Quotes inside of a quoted field are doubled: \"\".",
                    file: lines.name, row: row, line: lines.line)
            }
            return isEnd ? raw.count : cursor
        }
    }
}
