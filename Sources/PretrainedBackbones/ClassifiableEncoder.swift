import TensorKernels

/// A backbone for whose classifiers transformers has an architecture of its own, so that what is trained here
/// loads there.
public protocol ClassifiableEncoder: TransformerBackbone {
    static var classificationForm: SequenceClassificationForm { get }
}

/// One of transformers' sequence classifiers: what its head computes from a token's last hidden state, and what
/// its folder calls the parts.
public struct SequenceClassificationForm: Sendable, Equatable {
    /// `model_type` in `config.json`.
    public let modelType: String
    /// The only entry of `architectures` there.
    public let architecture: String
    /// The key for the number of layers there.
    public let layerCountKey: String
    /// Before the backbone's names.
    public let prefix: String
    /// The linear map below the activation; `nil`: the head is the classifier alone.
    public let dense: String?
    public let activation: Activation
    /// The linear map to the labels.
    public let classifier: String
    /// Whether that one has a bias.
    public let hasBias: Bool
    /// Whether the head reads the last token, not the first.
    public let readsLastToken: Bool
}

extension BertEncoder: ClassifiableEncoder {
    /// tanh of a map of the first token.
    public static let classificationForm = SequenceClassificationForm(
        modelType: "bert", architecture: "BertForSequenceClassification", layerCountKey: "num_hidden_layers",
        prefix: "bert.", dense: "bert.pooler.dense", activation: .tanh, classifier: "classifier",
        hasBias: true,
        readsLastToken: false)
}

extension RobertaEncoder: ClassifiableEncoder {
    /// The same under other names.
    public static let classificationForm = SequenceClassificationForm(
        modelType: "roberta", architecture: "RobertaForSequenceClassification",
        layerCountKey: "num_hidden_layers", prefix: "roberta.", dense: "classifier.dense", activation: .tanh,
        classifier: "classifier.out_proj", hasBias: true, readsLastToken: false)
}

extension DistilBertEncoder: ClassifiableEncoder {
    /// The rectified map of the first token.
    public static let classificationForm = SequenceClassificationForm(
        modelType: "distilbert", architecture: "DistilBertForSequenceClassification",
        layerCountKey: "n_layers",
        prefix: "distilbert.", dense: "pre_classifier", activation: .relu, classifier: "classifier",
        hasBias: true, readsLastToken: false)
}

extension GPT2Model: ClassifiableEncoder {
    /// The last token as it is.
    public static let classificationForm = SequenceClassificationForm(
        modelType: "gpt2", architecture: "GPT2ForSequenceClassification", layerCountKey: "n_layer",
        prefix: "transformer.", dense: nil, activation: .tanh, classifier: "score", hasBias: false,
        readsLastToken: true)
}
