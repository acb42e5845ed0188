/// An encoder whose trained classifiers one of transformers' own architectures expresses: BERT's layers, and a
/// head that takes tanh of a linear map of the first token.
public protocol ClassifiableEncoder: TransformerBackbone {
    var configuration: BertConfiguration { get }
    static var classificationNames: SequenceClassificationNames { get }
}

/// What a classification model's folder calls its parts.
public struct SequenceClassificationNames: Sendable, Equatable {
    /// In `config.json`.
    public let architecture: String
    /// Before the encoder's names.
    public let prefix: String
    /// The linear map below tanh.
    public let dense: String
    /// The linear map to the labels.
    public let classifier: String
}

extension BertEncoder: ClassifiableEncoder {
    public static let classificationNames = SequenceClassificationNames(
        architecture: "BertForSequenceClassification", prefix: "bert.", dense: "bert.pooler.dense",
        classifier: "classifier")
}

extension RobertaEncoder: ClassifiableEncoder {
    public static let classificationNames = SequenceClassificationNames(
        architecture: "RobertaForSequenceClassification", prefix: "roberta.", dense: "classifier.dense",
        classifier: "classifier.out_proj")
}
