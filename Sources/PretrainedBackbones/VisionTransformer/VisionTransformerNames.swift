/// What a layout calls the parts of a vision transformer.
struct VisionTransformerNames {
    let classToken: String
    let distillationToken: String
    let positions: String
    let patches: String
    /// Before a layer's number.
    let layers: String
    let attentionNorm: String
    /// Of the joined projections, or before query, key and value.
    let attention: String
    let attentionOutput: String
    let feedForwardNorm: String
    let intermediate: String
    let output: String
    let norm: String
    let head: String

    static func of(_ layout: VisionTransformerConfiguration.Layout) -> VisionTransformerNames {
        switch layout {
        case .timm:
            VisionTransformerNames(
                classToken: "cls_token", distillationToken: "dist_token", positions: "pos_embed",
                patches: "patch_embed.proj", layers: "blocks", attentionNorm: "norm1", attention: "attn.qkv",
                attentionOutput: "attn.proj", feedForwardNorm: "norm2", intermediate: "mlp.fc1",
                output: "mlp.fc2", norm: "norm", head: "head")
        case .transformers:
            VisionTransformerNames(
                classToken: "embeddings.cls_token", distillationToken: "embeddings.distillation_token",
                positions: "embeddings.position_embeddings",
                patches: "embeddings.patch_embeddings.projection", layers: "encoder.layer",
                attentionNorm: "layernorm_before", attention: "attention.attention",
                attentionOutput: "attention.output.dense", feedForwardNorm: "layernorm_after",
                intermediate: "intermediate.dense", output: "output.dense", norm: "layernorm",
                head: "classifier")
        }
    }
}
