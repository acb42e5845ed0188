import StrictJSON

/// Labels of an image classifier in `config.json`, in either manner.
enum ImageClassifierLabels {
    /// By class index; `LABEL_0`, `LABEL_1`, … where the file has none.
    static func read(_ source: ConfigurationFile, _ layout: ImageFolderLayout) throws -> [String] {
        switch layout.configuration {
        case .transformers: return try ClassifierLabels.read(source)
        case .timm: return try TimmLabels.read(source)
        }
    }

    /// Members of `config.json` that say which classes there are now.
    static func members(_ labels: [String], _ layout: ImageFolderLayout) -> [JSONMember] {
        let indexed = labels.enumerated()
        switch layout.configuration {
        case .timm:
            return TimmLabels.members(labels)
        case .transformers(let classifier):
            return [
                JSONMember(name: "architectures", value: .array([.string(classifier)])),
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
}
