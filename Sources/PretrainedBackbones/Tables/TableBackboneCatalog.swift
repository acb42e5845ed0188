import Foundation
import NeuralLayers

/// From a model folder to its backbone for tables, by the `model_type` of its `config.json`. A new architecture
/// for tables is registered here and nowhere else.
public enum TableBackboneCatalog {
    /// The values of `model_type` that are supported.
    public static let modelTypes = ["mlp"]

    /// Loads the backbone of a folder. A classifier's head is passed over, whatever its classes.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL) throws -> any TableBackbone {
        let (source, backbone) = try blank(folder: folder)
        _ = try source.classCount(otherwise: 0)
        try BackboneCheckpoint(folder: folder, naming: naming(of: backbone)).load(backbone.parameters)
        return backbone
    }

    /// The network that a folder's `config.json` describes, with random weights that follow the seed; the
    /// folder needs no weights.
    /// - Parameter columns: those of the data, where the file does not name them or has other statistics.
    /// - Throws: `PretrainedBackboneError`.
    public static func random(
        folder: URL, columns: [TableColumn]? = nil, seed: UInt64
    ) throws -> any TableBackbone {
        let backbone = try blank(folder: folder, columns: columns).backbone
        backbone.initialize(seed: seed)
        return backbone
    }

    /// Passes the head over.
    static func naming(of backbone: any TableBackbone) -> BackboneCheckpoint.Naming {
        .init(prefix: "", optional: [backbone.headName + "."])
    }

    /// A backbone without memory for its weights.
    static func blank(
        folder: URL, columns: [TableColumn]? = nil
    ) throws -> (source: ConfigurationFile, backbone: any TableBackbone) {
        let source = try ConfigurationFile(folder.appendingPathComponent("config.json"))
        return (source, MLP(try MLPConfiguration(source, columns: columns)))
    }
}
