import Foundation
import NeuralLayers

/// From a model folder to its image backbone, by what its `config.json` says. A new architecture for images is
/// registered here and nowhere else.
public enum ImageBackboneCatalog {
    /// The values of `architecture` that are supported, in the manner of timm.
    public static var architectures: [String] {
        ResNetConfiguration.knownNames + MobileNetV2Configuration.knownNames + [
            VisionTransformerConfiguration.timmPattern, LeNetConfiguration.knownName,
        ]
    }

    /// The values of `model_type` that are supported, in the manner of transformers.
    public static let modelTypes = ["vit", "deit"]

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
        if source.root["model_type"] != nil { return try transformersBlank(source, folder: folder) }
        let name = try source.architecture()
        func blank(_ backbone: any ImageBackbone) -> Blank {
            Blank(source: source, backbone: backbone, layout: ImageFolderLayout(heads: [backbone.headName]))
        }
        if ResNetConfiguration.knownNames.contains(name) {
            return blank(ResNet(try ResNetConfiguration(source, hasHead: false)))
        }
        _ = try source.classCount(otherwise: 0)
        if MobileNetV2Configuration.knownNames.contains(name),
            let configuration = MobileNetV2Configuration.named(name, input: try source.imageInput())
        {
            return blank(MobileNetV2(configuration))
        }
        if let known = VisionTransformerConfiguration.TimmName(name) {
            return blank(VisionTransformer(try VisionTransformerConfiguration(timm: source, known)))
        }
        if name == LeNetConfiguration.knownName { return blank(LeNet(try LeNetConfiguration(source))) }
        throw source.unsupported(
            "\"architecture\" is \"\(name)\"; supported are \(architectures.joined(separator: ", "))")
    }

    private static func transformersBlank(_ source: ConfigurationFile, folder: URL) throws -> Blank {
        let type = try source.modelType()
        guard modelTypes.contains(type) else {
            let known = modelTypes.map { "\"\($0)\"" }.joined(separator: ", ")
            throw source.unsupported(
                "\"model_type\" is \"\(type)\"; for images, \(known) are supported")
        }
        let network = VisionTransformer(
            try VisionTransformerConfiguration(transformers: source, folder: folder))
        let layout = ImageFolderLayout(
            prefix: "\(type).",
            heads: ["pooler", "classifier", "cls_classifier", "distillation_classifier"],
            configuration: .transformers(
                classifier: type == "vit" ? "ViTForImageClassification" : "DeiTForImageClassification"))
        return Blank(source: source, backbone: network, layout: layout)
    }
}
