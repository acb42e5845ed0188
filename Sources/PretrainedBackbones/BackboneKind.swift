import Foundation

/// What the samples of a model folder's backbone are.
public enum BackboneKind: Sendable, Equatable {
    case text
    case image
    case table

    /// By `config.json`: its `model_type`, or `architecture`, which image networks have in the manner of timm.
    /// - Throws: `PretrainedBackboneError` where the file cannot be read or asks for what no catalog has.
    public static func of(folder: URL) throws -> BackboneKind {
        let source = try ConfigurationFile(folder.appendingPathComponent("config.json"))
        if source.root["model_type"] == nil, source.root["architecture"] != nil { return .image }
        let type = try source.modelType()
        if BackboneCatalog.modelTypes.contains(type) { return .text }
        if ImageBackboneCatalog.modelTypes.contains(type) { return .image }
        if TableBackboneCatalog.modelTypes.contains(type) { return .table }
        let known =
            BackboneCatalog.modelTypes + ImageBackboneCatalog.modelTypes + TableBackboneCatalog.modelTypes
        throw source.unsupported(
            "\"model_type\" is \"\(type)\"; supported are \(known.joined(separator: ", ")); image "
                + "networks of timm and torchvision have \"architecture\" in place of it")
    }
}
