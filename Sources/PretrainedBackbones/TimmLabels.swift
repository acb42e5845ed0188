import StrictJSON

/// Labels in `config.json` in the manner of timm: `num_classes` and `label_names`.
enum TimmLabels {
    /// By class index; `LABEL_0`, `LABEL_1`, … where the file has none.
    static func read(_ source: ConfigurationFile) throws -> [String] {
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

    static func members(_ labels: [String]) -> [JSONMember] {
        [
            JSONMember(name: "num_classes", value: .integer(labels.count)),
            JSONMember(name: "label_names", value: .array(labels.map(JSONValue.string))),
        ]
    }
}
