import TrainingJobs

/// The rows of one split that belong to the task: those of its classes, each with a label; where labels are not
/// read, all rows.
struct LabelledRows {
    private var source: any LabelledRowSource
    private let name: String
    /// Labels whose rows are passed on; `nil`: all.
    private let classes: Set<LabelName>?
    private var sawRow = false
    private var passedRow = false

    init(_ source: any LabelledRowSource, name: String, classes: [String]?) {
        self.source = source
        self.name = name
        self.classes = classes.map { Set($0.map(LabelName.init)) }
    }

    /// The next row; `nil` at the end. Throws `DatasetError` as the source does, `missingValue` for a row
    /// without a label, and `emptyData` where there is no row at all.
    mutating func next() throws -> LabelledRow? {
        while let row = try source.next() {
            sawRow = true
            if let label = row.label {
                guard !label.isEmpty else { throw row.error(.missingValue, "The label is empty.") }
                if let classes, !classes.contains(LabelName(label)) { continue }
            }
            passedRow = true
            return row
        }
        guard passedRow else {
            throw DatasetError(
                code: .emptyData,
                reason: sawRow ? "No row has one of the task's classes." : "The file has no data rows.",
                file: name)
        }
        return nil
    }
}
