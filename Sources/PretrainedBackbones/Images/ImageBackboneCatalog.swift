import Foundation
import NeuralLayers

/// From a model folder to its image backbone, by what its `config.json` says. A new architecture for images is
/// registered here and nowhere else.
public enum ImageBackboneCatalog {
    /// The values of `architecture` that are supported.
    public static var architectures: [String] { ResNetConfiguration.knownNames }

    /// Loads the backbone of a folder with `config.json` and safetensors weights, in one file or several, in
    /// single or half precision. A classifier's head is passed over, whatever its classes.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL) throws -> any ImageBackbone {
        let blank = try blank(folder: folder)
        try BackboneCheckpoint(folder: folder, naming: blank.layout.backboneNaming).load(
            blank.backbone.parameters, buffers: blank.backbone.buffers)
        return blank.backbone
    }

    /// The network that a folder's `config.json` describes, with random weights that follow the seed; the
    /// folder needs no weights.
    /// - Throws: `PretrainedBackboneError`.
    public static func random(folder: URL, seed: UInt64) throws -> any ImageBackbone {
        let backbone = try blank(folder: folder).backbone
        backbone.initialize(seed: seed)
        return backbone
    }

    /// A backbone without memory for its weights.
    struct Blank {
        let source: ConfigurationFile
        let backbone: any ImageBackbone
        let layout: ImageFolderLayout
    }

    static func blank(folder: URL) throws -> Blank {
        let source = try ConfigurationFile(folder.appendingPathComponent("config.json"))
        let network = ResNet(try ResNetConfiguration(source, hasHead: false))
        return Blank(source: source, backbone: network, layout: ImageFolderLayout(heads: [network.headName]))
    }
}
