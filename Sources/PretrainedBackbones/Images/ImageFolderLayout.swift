/// How an image network's folder names what stands beside the network: its tensors' prefix, its heads, and the
/// labels in `config.json`.
struct ImageFolderLayout {
    enum Configuration {
        /// `architecture`, `num_classes`, `label_names`.
        case timm
        /// `architectures`, `id2label`, `label2id`.
        case transformers(classifier: String)
    }

    /// Before the backbone's names in a classifier's file: "vit.".
    var prefix = ""
    /// Heads that a backbone passes over.
    var heads: [String]
    var configuration = Configuration.timm

    /// For loading a backbone.
    var backboneNaming: BackboneCheckpoint.Naming {
        .init(
            prefix: prefix, optional: heads.map { $0 + "." }, isConstant: BackboneCheckpoint.countsBatches)
    }

    /// For loading a classifier: nothing is passed over.
    var classifierNaming: BackboneCheckpoint.Naming {
        .init(prefix: prefix, isConstant: BackboneCheckpoint.countsBatches)
    }
}
