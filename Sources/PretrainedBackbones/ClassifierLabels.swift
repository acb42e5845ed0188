import StrictJSON

/// Labels of a classification model in `config.json`.
enum ClassifierLabels {
    /// By class index; `LABEL_0`, `LABEL_1`, … where the file has none.
    static func read(_ reader: ConfigurationFile) throws -> [String] {
        func malformed(_ message: String) -> PretrainedBackboneError {
            PretrainedBackboneError(.malformedConfiguration, message, file: reader.file)
        }
        if let kind = reader.root["problem_type"]?.string, kind != "single_label_classification" {
            throw PretrainedBackboneError(
                .unsupported,
                "\"problem_type\" is \"\(kind)\"; only \"single_label_classification\" is supported",
                file: reader.file)
        }
        guard let members = reader.root["id2label"]?.members else {
            let count = reader.root["num_labels"]?.integer ?? 2
            guard (2...1_000_000).contains(count) else { throw malformed("\"num_labels\" is \(count)") }
            return (0..<count).map { "LABEL_\($0)" }
        }
        var labels = [String?](repeating: nil, count: members.count)
        for member in members {
            guard let index = Int(member.name), labels.indices.contains(index), labels[index] == nil,
                let label = member.value.string
            else { throw malformed("\"id2label\" is not a label for each of 0 to \(members.count - 1)") }
            labels[index] = label
        }
        guard labels.count >= 2 else {
            throw malformed("\"id2label\" has \(labels.count) labels, a classifier 2 or more")
        }
        return labels.compactMap { $0 }
    }
}
