import TrainingJobs

/// What a backbone's input is, by signs in its `config.json` that hold for whole families: whether there is code for
/// the architecture is not known here.
enum BackboneFamily: String {
    case text
    case image
    case table

    private static let imageTypes = ["vit", "deit", "resnet", "mobilenet_v2"]

    /// `nil` where the configuration has none of the signs.
    init?(configuration: [String: Any]) {
        let type = configuration["model_type"] as? String
        if configuration["vocab_size"] != nil {
            self = .text
        } else if type == "mlp" {
            self = .table
        } else if configuration["architecture"] != nil || configuration["image_size"] != nil
            || Self.imageTypes.contains(type ?? "")
        {
            self = .image
        } else {
            return nil
        }
    }

    /// What a task of this kind needs.
    init(for kind: TaskKind) {
        switch kind {
        case .textClassification: self = .text
        case .imageClassification: self = .image
        case .tableClassification: self = .table
        }
    }

    /// As a message calls a backbone of the family.
    var description: String {
        switch self {
        case .text: "a model for texts"
        case .image: "a model for images"
        case .table: "a model for tables"
        }
    }

    /// The kind of task that takes such a backbone.
    var taskKind: TaskKind {
        switch self {
        case .text: .textClassification
        case .image: .imageClassification
        case .table: .tableClassification
        }
    }
}
