import StrictJSON

extension VisionTransformerConfiguration {
    /// How timm's names of such networks are made, for messages.
    static let timmPattern = "(vit|deit)_(tiny|small|base|large|huge)_patch(size)_(image size)"

    /// The sizes that a name of timm's stands for, "vit_tiny_patch16_224"; `nil` for other names.
    struct TimmName {
        let name: String
        let hiddenSize: Int
        let layerCount: Int
        let headCount: Int
        let patchSize: Int

        init?(_ name: String) {
            let words = name.split(separator: "_", omittingEmptySubsequences: false)
            guard words.count == 4, ["vit", "deit"].contains(words[0]), words[2].hasPrefix("patch"),
                let patchSize = Int(words[2].dropFirst("patch".count)), (1...1_024).contains(patchSize),
                Int(words[3]) != nil
            else { return nil }
            switch words[1] {
            case "tiny": (hiddenSize, layerCount, headCount) = (192, 12, 3)
            case "small": (hiddenSize, layerCount, headCount) = (384, 12, 6)
            case "base": (hiddenSize, layerCount, headCount) = (768, 12, 12)
            case "large": (hiddenSize, layerCount, headCount) = (1024, 24, 16)
            case "huge": (hiddenSize, layerCount, headCount) = (1280, 32, 16)
            default: return nil
            }
            self.name = name
            self.patchSize = patchSize
        }
    }

    /// - Parameter source: `config.json` as timm writes it; `model_args` may change the sizes.
    /// - Throws: `PretrainedBackboneError` that names the key.
    init(timm source: ConfigurationFile, _ name: TimmName) throws {
        let arguments = ConfigurationFile(
            root: source.root["model_args"] ?? .object([]), file: "\(source.file), model_args")
        try Self.requireKnown(arguments)
        let pooling = source.root["global_pool"]?.string ?? "token"
        guard pooling == "token" else {
            throw source.unsupported("\"global_pool\" is \"\(pooling)\"; only \"token\" is supported")
        }
        var input = try source.imageInput()
        if arguments.root["img_size"] != nil {
            input.height = try arguments.size("img_size", 1...4096)
            input.width = input.height
        }
        let hiddenSize = try arguments.size("embed_dim", 1...65_536, otherwise: name.hiddenSize)
        let ratio = try arguments.number("mlp_ratio", 0.01...64, otherwise: 4)
        self.init(
            layout: .timm, name: name.name, input: input,
            patchSize: try arguments.size("patch_size", 1...1_024, otherwise: name.patchSize),
            hiddenSize: hiddenSize,
            layerCount: try arguments.size("depth", 1...1_000, otherwise: name.layerCount),
            headCount: try arguments.size("num_heads", 1...1_024, otherwise: name.headCount),
            intermediateSize: Int(Double(hiddenSize) * Double(ratio)), activation: .gelu,
            layerNormEpsilon: 1e-6, hasDistillationToken: false)
        try check(source)
    }

    private static func requireKnown(_ arguments: ConfigurationFile) throws {
        let known: Set<String> = [
            "img_size", "patch_size", "embed_dim", "depth", "num_heads", "mlp_ratio", "num_classes",
        ]
        for member in arguments.root.members ?? [] where !known.contains(member.name) {
            throw arguments.unsupported(
                "\"\(member.name)\" is not supported; \(known.sorted().joined(separator: ", ")) are")
        }
    }
}
