import Foundation
import PretrainedBackbones
import TrainingDatasets

/// Classifies rows of tables with a model folder.
struct TablePrediction {
    /// Rows that are read before they are classified: bounds memory.
    private static let batchRows = 4096

    private let classifier: TableClassifier

    init(model: URL) throws { classifier = try TableClassifier.load(folder: model) }

    /// Throws `DatasetError` where the file cannot be read, or lacks one of the model's columns.
    func show(file: String) throws {
        var reader = try NumberTableReader(
            url: URL(fileURLWithPath: file), format: TableFileFormat.of(file),
            columns: classifier.columns.map(\.name), name: file)
        var rows: [NumberTableRow] = []
        while let row = try reader.next() {
            rows.append(row)
            if rows.count == Self.batchRows {
                try show(rows, of: file)
                rows = []
            }
        }
        try show(rows, of: file)
    }

    private func show(_ rows: [NumberTableRow], of file: String) throws {
        guard !rows.isEmpty else { return }
        for (row, prediction) in zip(rows, try classifier.predict(rows.map(\.numbers))) {
            var record = PredictionRecord(prediction, labels: classifier.labels)
            record.file = file
            record.row = row.row
            try record.show()
        }
    }
}
