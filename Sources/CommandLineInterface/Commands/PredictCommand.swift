import ArgumentParser
import Foundation
import TrainingDatasets

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Classify texts, images or tables with a trained model folder.",
        discussion: """
            Examples:
              graft predict model --text "a fast chess engine" --text "mail filter"
              graft predict model new.csv --column description
              graft predict model cat.png dog.jpg shard.tar
              graft predict model measurements.csv

            Prints one JSON object a line, in the order of the input: what was classified, the label, and each label's \
            probability. The model decides what files hold: texts or numbers in CSV, TSV or JSON Lines, or images.
            """)

    @Argument(help: "The model folder.", completion: .directory)
    var model: String

    @Argument(
        help: ArgumentHelp(
            "Tables for models of texts and tables; PNG, JPEG and WebDataset (.tar) files for those of images.",
            valueName: "file"), completion: .file())
    var files: [String] = []

    @Option(help: ArgumentHelp("A text; may be repeated.", valueName: "text"))
    var text: [String] = []

    @Option(help: ArgumentHelp("Read texts from a CSV, TSV or JSON Lines file.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("The files' column, or JSON key, with the text.", valueName: "name"))
    var column: String?

    private var allFiles: [String] { files + (file.map { [$0] } ?? []) }

    func validate() throws {
        guard text.isEmpty != allFiles.isEmpty else {
            throw ValidationError("Give files to classify, or texts with --text.")
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: model, isDirectory: true)
        // A folder that says nothing of itself is a text model's to complain about.
        let family = BackboneFamily(folder: folder) ?? .text
        if family != .text, !text.isEmpty || column != nil {
            throw CommandFailure(
                .invalidInput,
                "\(model) is \(family.description): give it files, without --text and --column")
        }
        switch family {
        case .text:
            let prediction = try load { try TextPrediction(model: folder) }
            try prediction.show(text)
            for file in allFiles { try prediction.show(file: file, column: column ?? "text") }
        case .image:
            try load { try ImagePrediction(model: folder) }.show(files: allFiles)
        case .table:
            let prediction = try load { try TablePrediction(model: folder) }
            for file in allFiles { try prediction.show(file: file) }
        }
    }

    private func load<Prediction>(_ body: () throws -> Prediction) throws -> Prediction {
        do {
            return try body()
        } catch {
            // Whatever is wrong with the folder is the caller's input.
            throw CommandFailure(.invalidInput, CommandFailure(describing: error).message)
        }
    }
}
