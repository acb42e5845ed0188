import ArgumentParser
import Foundation
import JobReporting
import PretrainedBackbones
import TrainingJobs

/// What concerns model folders by themselves.
struct BackboneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backbone", abstract: "Look into a model folder.",
        subcommands: [InspectBackboneCommand.self])
}

struct InspectBackboneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show a backbone's layers, where it can be cut, and what it costs.",
        discussion: """
            Example:
              graft backbone inspect models/all-MiniLM-L6-v2

            The weights' names and shapes are compared with config.json; a missing or surplus tensor is an error \
            that names it. Operations count a multiplication and an addition as two.
            """)

    @Argument(help: "A folder with config.json and model.safetensors.", completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp(
            "Of text models: tokens of the sample whose cost is shown. (default: 32, or what it takes)",
            valueName: "count"))
    var tokens: Int?

    @Flag(help: "Print the description as JSON.")
    var json = false

    func validate() throws {
        guard tokens ?? 1 > 0 else {
            throw ValidationError("--tokens is \(tokens ?? 0); it must be 1 or more.")
        }
    }

    func run() throws {
        let url = URL(fileURLWithPath: folder)
        do {
            if try BackboneKind.of(folder: url) == .text {
                let record = try textRecord(url)
                print(json ? try CanonicalJSON.encode(record) : record.text)
            } else {
                let record = FeatureBackboneRecord(try FeatureBackboneInspection(folder: url))
                print(json ? try CanonicalJSON.encode(record) : record.text)
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.invalidInput, "\(error)")
        }
    }

    private func textRecord(_ url: URL) throws -> BackboneRecord {
        let inspection = try BackboneInspection(folder: url)
        let length = tokens ?? min(32, inspection.maximumLength)
        guard length <= inspection.maximumLength else {
            throw CommandFailure(
                .invalidInput,
                "--tokens is \(length); \(folder) takes \(inspection.maximumLength) at the most")
        }
        return BackboneRecord(inspection, tokens: length)
    }
}

/// A backbone for texts as `inspect` prints it.
struct BackboneRecord: Encodable {
    struct Layer: Encodable {
        let name: String
        let parameters: Int
        /// The value of `frozen_layers` that freezes all up to and with this one.
        let frozenLayers: Int
        let frozenParameters: Int
        /// Floating-point operations of one sample, up to and with this layer.
        let operationsBelow: Int
    }

    let architecture: String
    let hiddenSize: Int
    let vocabularySize: Int
    let maximumLength: Int
    let parameters: Int
    /// Of a decoder that the folder has beside it.
    let decoderParameters: Int?
    let tokens: Int
    /// Floating-point operations of one sample through all layers.
    let operations: Int
    let layers: [Layer]

    init(_ inspection: BackboneInspection, tokens: Int) {
        architecture = inspection.modelType
        hiddenSize = inspection.hiddenSize
        vocabularySize = inspection.vocabularySize
        maximumLength = inspection.maximumLength
        parameters = inspection.parameterCount
        decoderParameters = inspection.decoderParameterCount > 0 ? inspection.decoderParameterCount : nil
        self.tokens = tokens
        operations = inspection.floatingPointOperations(tokens: tokens)
        layers = inspection.parts.enumerated().map { cut, part in
            Layer(
                name: part.name, parameters: part.parameterCount, frozenLayers: cut,
                frozenParameters: inspection.frozenParameterCount(belowCut: cut),
                operationsBelow: inspection.floatingPointOperations(tokens: tokens, layers: 0..<cut))
        }
    }

    var text: String {
        var table = TextTable(columns: [
            .left("part"), .right("parameters"), .right("frozen_layers"), .right("then frozen"),
            .right("MFLOP below"),
        ])
        table.rows = layers.map { layer in
            [
                layer.name, ReadableFigures.count(layer.parameters), "\(layer.frozenLayers)",
                ReadableFigures.count(layer.frozenParameters), Self.millions(layer.operationsBelow),
            ]
        }
        return """
            \(architecture), \(ReadableFigures.count(parameters)) parameters, hidden size \(hiddenSize), \
            \(ReadableFigures.count(vocabularySize)) tokens known, \(maximumLength) in a sample at the most
            one sample of \(tokens) tokens: \(Self.millions(operations)) MFLOP\(decoderNote)

            \(table.render())
            """
    }

    private var decoderNote: String {
        guard let decoderParameters else { return "" }
        return
            "\nof the encoder; its decoder of \(ReadableFigures.count(decoderParameters)) parameters is not part of it"
    }

    static func millions(_ operations: Int) -> String {
        String(format: "%.1f", Double(operations) / 1e6)
    }
}
