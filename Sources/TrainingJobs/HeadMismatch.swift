extension TechniqueSpecification {
    /// Why a classifier with this pooling and head cannot be written in terms of transformers' architecture for
    /// such a backbone, and what to choose instead; `nil` where it can, or where nothing is known of the type.
    ///
    /// - Parameter modelType: `model_type` of the backbone's `config.json`.
    public func headMismatch(modelType: String) -> JobProblem? {
        switch modelType {
        case "gpt2" where pooling == .cls:
            JobProblem(
                keyPath: "technique.pooling",
                message: "Found cls; the first token of a gpt2 model has seen only itself. Take mean or last."
            )
        case "gpt2" where head == .mlp:
            JobProblem(
                keyPath: "technique.head",
                message:
                    "Found mlp; GPT2ForSequenceClassification, as which the model is exported, has no hidden "
                    + "layer. Take linear.")
        case "bert" where pooling == .last, "roberta" where pooling == .last,
            "distilbert" where pooling == .last:
            JobProblem(
                keyPath: "technique.pooling",
                message:
                    "Found last; classifiers on \(modelType) models are exported as those that read the first "
                    + "token. Take mean or cls.")
        default: nil
        }
    }
}
