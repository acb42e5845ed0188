import StrictJSON

/// Labels of an image classifier in `config.json`, in either manner.
enum ImageClassifierLabels {
    /// By class index; `LABEL_0`, `LABEL_1`, … where the file has none.
    static func read(_ source: ConfigurationFile, _ layout: ImageFolderLayout) throws -> [String] {
        switch layout.configuration {
        case .transformers: return try ClassifierLabels.read(source)
        case .timm: return try timm(source)
        }
    }

    private static func timm(_ source: ConfigurationFile) throws -> [String] {
        let count = try source.classCount()
        guard count > 0 else {
            throw source.malformed("\"num_classes\" is 0: a backbone without a head; train one first")
        }
        guard let value = source.root["label_names"] ?? source.root["pretrained_cfg"]?["label_names"] else {
            return (0..<count).map { "LABEL_\($0)" }
        }
        let labels = (value.array ?? []).compactMap(\.string)
        guard labels.count == count, value.array?.count == count else {
            throw source.malformed("\"label_names\" is no list of \(count) names, as many as \"num_classes\"")
        }
        return labels
    }

    /// Members of `config.json` that say which classes there are now.
    static func members(_ labels: [String], _ layout: ImageFolderLayout) -> [JSONMember] {
        let names = JSONValue.array(labels.map(JSONValue.string))
        let indexed = labels.enumerated()
        switch layout.configuration {
        case .timm:
            return [
                JSONMember(name: "num_classes", value: .integer(labels.count)),
                JSONMember(name: "label_names", value: names),
            ]
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
