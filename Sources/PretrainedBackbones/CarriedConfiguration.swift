import StrictJSON

/// `config.json` of a model that is written: its backbone's own, carried on with what is not true any more
/// changed or left out.
public enum CarriedConfiguration {
    /// Members that say where weights came from and how those were stored.
    public static let originKeys: Set<String> = [
        "_name_or_path", "torch_dtype", "dtype", "transformers_version",
    ]

    /// Members by name, those of `changes` in place of the source's.
    public static func root(
        _ source: JSONValue, changes: [JSONMember], dropping dropped: Set<String>
    ) -> JSONValue {
        let left = dropped.union(changes.map(\.name))
        let kept = (source.members ?? []).filter { !left.contains($0.name) }
        return .object((kept + changes).sorted { $0.name < $1.name })
    }

    /// What transformers reads of a classifier: its class, and the labels by class index.
    public static func classifierMembers(architecture: String, labels: [String]) -> [JSONMember] {
        let indexed = labels.enumerated()
        return [
            JSONMember(name: "architectures", value: .array([.string(architecture)])),
            JSONMember(
                name: "id2label",
                value: .object(
                    indexed.map { JSONMember(name: String($0.offset), value: .string($0.element)) })),
            JSONMember(
                name: "label2id",
                value: .object(indexed.map { JSONMember(name: $0.element, value: .integer($0.offset)) })),
            JSONMember(name: "problem_type", value: .string("single_label_classification")),
            JSONMember(name: "torch_dtype", value: .string("float32")),
        ]
    }
}
