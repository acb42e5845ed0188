import Foundation
import PretrainedBackbones
import TrainingDatasets
import TrainingJobs

/// Classifies texts with a model folder.
struct TextPrediction {
    /// Rows that are read before they are classified: bounds memory.
    private static let batchRows = 1024

    private let classifier: SequenceClassifier

    init(model: URL) throws { classifier = try SequenceClassifier.load(folder: model) }

    func show(_ texts: [String]) throws {
        for (text, prediction) in zip(texts, classifier.predict(texts)) {
            var record = PredictionRecord(prediction, labels: classifier.labels)
            record.text = text
            try record.show()
        }
    }

    /// Throws `DatasetError` where the file cannot be read, or lacks the column.
    func show(file: String, column: String) throws {
        let url = URL(fileURLWithPath: file)
        var reader = try TableReader(
            url: url, format: TableFileFormat.of(file), columns: [column])
        var texts: [String] = []
        while let row = try reader.next() {
            texts.append(row.values[0])
            if texts.count == Self.batchRows {
                try show(texts)
                texts = []
            }
        }
        try show(texts)
    }
}

/// The format of a table by its file's name.
enum TableFileFormat {
    /// Throws `CommandFailure` where the name says none.
    static func of(_ file: String) throws -> DataFormat {
        guard let format = DataFormat(ofFileNamed: file),
            TaskKind.tableClassification.formats.contains(format)
        else {
            throw CommandFailure(
                .invalidInput,
                "\(file): its name ends in none of .csv, .tsv, .jsonl, .ndjson; rename it by its format")
        }
        return format
    }
}
