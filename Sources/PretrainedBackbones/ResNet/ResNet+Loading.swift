import Foundation

extension ResNet {
    /// Loads a network and its head from a folder with `config.json` and safetensors weights, in one file or
    /// several, in single or half precision.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with the architecture, are named.
    public static func load(folder: URL) throws -> ResNet {
        let source = try ConfigurationFile(folder.appendingPathComponent("config.json"))
        let network = ResNet(try ResNetConfiguration(source, hasHead: true))
        try BackboneCheckpoint(folder: folder, naming: ImageFolderLayout(heads: []).classifierNaming).load(
            network)
        return network
    }
}
