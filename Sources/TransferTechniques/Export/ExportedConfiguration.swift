import Foundation
import PretrainedBackbones
import StrictJSON
import TaskHeads

/// `config.json` of an exported classifier: the backbone's own, with what the classifier changes.
struct ExportedConfiguration {
    let bytes: [UInt8]

    /// Keys of the source that are not true of the export any more.
    private static let droppedKeys: Set<String> = [
        "_name_or_path", "torch_dtype", "dtype", "transformers_version",
    ]

    init(
        source: URL, form: SequenceClassificationForm, layerCount: Int, labels: [String], maximumLength: Int,
        head: ClassificationHead, paddingID: Int32?
    ) throws {
        let root: JSONValue
        do {
            root = try JSONValue(parsing: Data(contentsOf: source))
        } catch {
            throw TechniqueError(
                .unsupported, "\(source.path) cannot be read: \(error); the export carries it on",
                context: "config.json")
        }
        let indexed = labels.enumerated()
        var changes: [JSONMember] = [
            JSONMember(name: "architectures", value: .array([.string(form.architecture)])),
            JSONMember(name: form.layerCountKey, value: .integer(layerCount)),
            JSONMember(
                name: "id2label",
                value: .object(
                    indexed.map { JSONMember(name: String($0.offset), value: .string($0.element)) })),
            JSONMember(
                name: "label2id",
                value: .object(indexed.map { JSONMember(name: $0.element, value: .integer($0.offset)) })),
            JSONMember(name: "problem_type", value: .string("single_label_classification")),
            JSONMember(name: "torch_dtype", value: .string("float32")),
            JSONMember(
                name: SequenceClassifier.graftSection,
                value: .object([
                    JSONMember(name: "maximum_length", value: .integer(maximumLength)),
                    JSONMember(name: "pooling", value: .string(head.pooling.rawValue)),
                    JSONMember(name: "head", value: .string(head.kind.rawValue)),
                ])),
        ]
        if let paddingID {
            changes.append(JSONMember(name: "pad_token_id", value: .integer(Int(paddingID))))
        }
        let changed = Set(changes.map(\.name)).union(Self.droppedKeys)
        let kept = (root.members ?? []).filter { !changed.contains($0.name) }
        bytes = JSONValue.object((kept + changes).sorted { $0.name < $1.name }).indentedBytes
    }
}
