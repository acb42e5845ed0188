/// One row of a split as its files have it: a payload, the label's name where labels are read, and where it
/// stands.
struct LabelledRow {
    var payload: SamplePayload
    /// `nil` in a split whose labels are not read.
    var label: String?
    /// The file, as the job file names it.
    var file: String
    /// From 1, over all files of the split; a table's header is not one.
    var row: Int
    /// Tables: the line where the row starts, from 1.
    var line: Int?
    /// Archives and folders: the sample's name.
    var entry: String?

    /// An error about this row.
    func error(_ code: DatasetError.Code, _ reason: String) -> DatasetError {
        DatasetError(
            code: code, reason: reason, file: file, row: entry == nil ? row : nil, line: line, entry: entry)
    }
}

/// The rows of one split, in one of the formats that data come in.
protocol LabelledRowSource {
    /// The next row; `nil` at the end. Throws `DatasetError` with the row's place.
    mutating func next() throws -> LabelledRow?
}
