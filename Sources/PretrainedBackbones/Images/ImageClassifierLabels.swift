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
        switch layout.configuration {
        case .timm: TimmLabels.members(labels)
        case .transformers(let classifier):
            CarriedConfiguration.classifierMembers(architecture: classifier, labels: labels)
        }
    }
}
