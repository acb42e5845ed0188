import Foundation
import TrainingJobs

/// What one pass over a split's file shows, before anything is made of it.
struct SplitSurvey {
    /// Classes that a task may have: confusion matrices grow with their square.
    static let maximumClasses = 1_000

    var rowCount = 0
    /// Rows of each label.
    var labelCounts: [String: Int] = [:]
    /// Rows whose text is empty.
    var emptyTexts = 0
    /// Row numbers that the limit keeps; `nil`: all.
    var drawnRows: [Int]?

    /// Label names in the order of their classes.
    var labels: [String] {
        labelCounts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// - Parameter knownLabels: Those of the training file; `nil` for that file itself.
    /// - Throws: `DatasetError`, `unknownLabel` among them.
    init(
        _ file: DataFileSpecification, of task: TaskSpecification, at url: URL, seed: UInt64,
        knownLabels: Set<String>? = nil
    ) throws {
        var rows = try LabelledRows(file, of: task, at: url)
        var draw = file.limit.map { RowDraw(seed: seed, limit: $0) }
        while let row = try rows.next() {
            rowCount += 1
            if row.text.isEmpty { emptyTexts += 1 }
            labelCounts[row.label, default: 0] += 1
            draw?.offer(row: row.position.row, text: row.text)
            if let knownLabels, !knownLabels.contains(row.label) {
                throw DatasetError(
                    code: .unknownLabel,
                    reason: "The label \"\(row.label.prefix(60))\" does not occur in the training data "
                        + "(\(task.train.path)), so that it cannot be learnt.",
                    file: file.path, row: row.position.row, line: row.position.line)
            }
            guard labelCounts.count <= Self.maximumClasses else {
                throw DatasetError(
                    code: .tooManyClasses,
                    reason:
                        "There are more than \(Self.maximumClasses) labels. Is \"\(task.labelColumn)\" "
                        + "the column of the label?", file: file.path, row: row.position.row,
                    line: row.position.line)
            }
        }
        drawnRows = draw?.rows()
    }

    /// Throws `DatasetError` where the training file has too few classes for learning, or for the task's
    /// metric.
    func requireClasses(for task: TaskSpecification) throws {
        guard labelCounts.count >= 2 else {
            throw DatasetError(
                code: .tooFewClasses,
                reason:
                    "All rows have the label \"\(labels.first?.prefix(60) ?? "")\"; two or more labels are "
                    + "needed.",
                file: task.train.path)
        }
        guard task.metric != .f1 || labelCounts.count == 2 else {
            throw DatasetError(
                code: .unsuitableMetric,
                reason:
                    "The metric f1 is for two labels and there are \(labelCounts.count): choose macro-f1.",
                file: task.train.path)
        }
    }
}
