import Foundation
import TrainingJobs

/// What a backbone's input is, by signs in its `config.json` that hold for whole families: whether there is code for
/// the architecture is not known here.
public enum BackboneFamily: String, Sendable {
    case text
    case image
    case table

    private static let imageTypes = ["vit", "deit", "resnet", "mobilenet_v2"]

    /// The family of a model folder; `nil` where its `config.json` cannot be read, or says nothing of it.
    public init?(folder: URL) {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("config.json")),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return nil }
        self.init(configuration: object)
    }

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
    public var description: String {
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
