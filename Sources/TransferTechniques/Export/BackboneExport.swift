import Foundation
import PretrainedBackbones
import StrictJSON

/// Writes a pretrained text network as a backbone: its layers without a head, its configuration, its tokenizer.
/// Jobs take the folder as their backbone, transformers loads it with `AutoModel`.
enum BackboneExport {
    /// Members of a configuration that speak of a head.
    private static let headKeys: Set<String> = [
        "id2label", "label2id", "num_labels", "problem_type", SequenceClassifier.graftSection,
    ]

    /// - Parameters:
    ///   - backboneFolder: where the network was described.
    ///   - folder: exists; files of the same names are replaced.
    /// - Returns: names of the files written.
    /// - Throws: errors of reading and writing.
    static func write(
        _ backbone: any ClassifiableEncoder, backboneFolder: URL, to folder: URL
    ) throws -> [String] {
        let source = backboneFolder.appendingPathComponent("config.json")
        let root = try JSONValue(parsing: Data(contentsOf: source))
        let architecture = type(of: backbone).classificationForm.architecture
            .replacing("ForSequenceClassification", with: "Model")
        let changes = [
            JSONMember(name: "architectures", value: .array([.string(architecture)])),
            JSONMember(name: "torch_dtype", value: .string("float32")),
        ]
        let configuration = CarriedConfiguration.root(
            root, changes: changes, dropping: CarriedConfiguration.originKeys.union(headKeys))
        return try ModelFolder.write(
            configuration: configuration, tensors: backbone.namedTensors(), to: folder)
            + TokenizerFiles.copy(from: backboneFolder, to: folder)
    }
}
