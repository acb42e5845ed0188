import CheckpointFormats
import Foundation
import PretrainedBackbones
import StrictJSON

/// Writes a pretrained text network as a backbone: its layers without a head, its configuration, its tokenizer.
/// Jobs take the folder as their backbone, transformers loads it with `AutoModel`.
enum BackboneExport {
    /// Keys of a configuration that speak of a head, or of where the weights came from.
    private static let droppedKeys: Set<String> = [
        "_name_or_path", "dtype", "transformers_version", "id2label", "label2id", "num_labels",
        "problem_type", SequenceClassifier.graftSection,
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
        let changed = Self.droppedKeys.union(changes.map(\.name))
        let members = (root.members ?? []).filter { !changed.contains($0.name) } + changes
        let configuration = JSONValue.object(members.sorted { $0.name < $1.name }).indentedBytes
        try Data(configuration).write(to: folder.appendingPathComponent("config.json"), options: .atomic)
        try SafetensorsWriter.write(
            backbone.namedTensors(), metadata: ["format": "pt"],
            to: folder.appendingPathComponent("model.safetensors"))
        return try ["config.json", "model.safetensors"]
            + TokenizerFiles.copy(from: backboneFolder, to: folder)
    }
}
