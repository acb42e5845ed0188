import Foundation
import PretrainedBackbones
import StrictJSON
import TaskHeads

/// `config.json` of an exported classifier: the backbone's own, with what the classifier changes.
struct ExportedConfiguration {
    let root: JSONValue

    init(
        source: URL, form: SequenceClassificationForm, layerCount: Int, labels: [String], maximumLength: Int,
        head: ClassificationHead, paddingID: Int32?
    ) throws {
        let carried: JSONValue
        do {
            carried = try JSONValue(parsing: Data(contentsOf: source))
        } catch {
            throw TechniqueError(
                .unsupported, "\(source.path) cannot be read: \(error); the export carries it on",
                context: "config.json")
        }
        var changes = CarriedConfiguration.classifierMembers(architecture: form.architecture, labels: labels)
        changes += [
            JSONMember(name: form.layerCountKey, value: .integer(layerCount)),
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
        root = CarriedConfiguration.root(
            carried, changes: changes, dropping: CarriedConfiguration.originKeys)
    }
}
