import ArgumentParser
import Foundation
import PretrainedBackbones
import TrainingDatasets
import TrainingJobs

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Classify texts with a trained model folder.",
        discussion: """
            Examples:
              graft predict model --text "a fast chess engine" --text "mail filter"
              graft predict model --file new.csv --column description

            Prints one JSON object a line, in the order of the input: text, label, and each label's probability.
            """)

    /// Rows that are read before they are classified: bounds memory.
    private static let batchRows = 1024

    @Argument(help: "The model folder.", completion: .directory)
    var model: String

    @Option(help: ArgumentHelp("A text; may be repeated.", valueName: "text"))
    var text: [String] = []

    @Option(help: ArgumentHelp("Read texts from a CSV, TSV or JSON Lines file.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("The file's column, or JSON key, with the text.", valueName: "name"))
    var column = "text"

    func validate() throws {
        guard text.isEmpty != (file == nil) else {
            throw ValidationError("Give texts with --text, or a file of them with --file.")
        }
    }

    func run() throws {
        let classifier = try load()
        guard let file else {
            try classify(text, with: classifier)
            return
        }
        let url = URL(fileURLWithPath: file)
        guard let format = DataFormat(ofFileNamed: url.lastPathComponent),
            TaskKind.textClassification.formats.contains(format)
        else {
            throw CommandFailure(
                .invalidInput,
                "\(file): its name ends in none of .csv, .tsv, .jsonl, .ndjson; rename it by its format"
            )
        }
        var reader = try TableReader(url: url, format: format, columns: [column])
        var texts: [String] = []
        while let row = try reader.next() {
            texts.append(row.values[0])
            if texts.count == Self.batchRows {
                try classify(texts, with: classifier)
                texts = []
            }
        }
        try classify(texts, with: classifier)
    }

    private func load() throws -> SequenceClassifier {
        do {
            return try SequenceClassifier.load(folder: URL(fileURLWithPath: model, isDirectory: true))
        } catch {
            // Whatever is wrong with the folder is the caller's input.
            throw CommandFailure(.invalidInput, CommandFailure(describing: error).message)
        }
    }

    private func classify(_ texts: [String], with classifier: SequenceClassifier) throws {
        for (text, prediction) in zip(texts, classifier.predict(texts)) {
            let probabilities = zip(classifier.labels, prediction.probabilities).map { ($0, $1) }
            let record = PredictionRecord(
                text: text, label: prediction.label,
                probabilities: Dictionary(probabilities) { first, _ in first })
            print(try CanonicalJSON.encode(record))
        }
    }
}

private struct PredictionRecord: Encodable {
    let text: String
    let label: String
    let probabilities: [String: Float]
}
