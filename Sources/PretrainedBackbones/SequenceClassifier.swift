import DifferentiableTensors
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels
import Tokenization

/// A `BertForSequenceClassification` folder, or RoBERTa's, ready to classify texts: Graft's own exports and any other.
public final class SequenceClassifier {
    /// What the model says of one text.
    public struct Prediction: Sendable, Equatable {
        /// The most probable label; the first of equals.
        public let label: String
        /// In the order of `SequenceClassifier.labels`; they sum up to 1.
        public let probabilities: [Float]
        /// The numbers that the probabilities are the softmax of.
        public let logits: [Float]
    }

    /// The object in `config.json` where Graft's exports keep what Hugging Face has no key for.
    public static let graftSection = "graft"

    /// By class index.
    public let labels: [String]
    /// Tokens of a text that are read, special tokens included; the rest is cut off.
    public let maximumLength: Int
    private let encoder: any ClassifiableEncoder
    private let pooler: Linear
    private let classifier: Linear
    private let tokenizer: any Tokenizer

    /// Tokens of a batch: bounds memory.
    private static let batchTokens = 4096

    /// - Parameter maximumLength: `nil`: what the model was trained with if it says so (Graft's do), else what
    ///   it has positions for.
    /// - Throws: `PretrainedBackboneError`, `CheckpointError` or `TokenizationError`, naming file and tensor.
    public static func load(folder: URL, maximumLength: Int? = nil) throws -> SequenceClassifier {
        let reader = try ConfigurationFile(folder.appendingPathComponent("config.json"))
        let (_, backbone, naming) = try BackboneCatalog.blank(folder: folder)
        guard let encoder = backbone as? any ClassifiableEncoder else {
            throw reader.unsupported(
                "classifiers on \"bert\" and \"roberta\" models are supported, not on "
                    + "\"\(try reader.modelType())\"")
        }
        let labels = try ClassifierLabels.read(reader)
        let names = type(of: encoder).classificationNames
        let hidden = encoder.hiddenSize
        let pooler = Linear(String(names.dense.trimmingPrefix(names.prefix)), inputs: hidden, outputs: hidden)
        let classifier = Linear(names.classifier, inputs: hidden, outputs: labels.count)
        // Nothing is passed over: what the file has belongs to the classifier.
        let checkpoint = try BackboneCheckpoint(
            folder: folder, naming: .init(prefix: naming.prefix, isConstant: naming.isConstant))
        let classifierWeight = classifier.weight.name
        guard checkpoint.holds(classifierWeight) else {
            throw PretrainedBackboneError(
                .weightsDisagree,
                "it has no \"\(classifierWeight)\": a backbone without a classification head; train one first",
                file: folder.path, tensors: [classifierWeight])
        }
        try checkpoint.load(encoder.parameters + pooler.parameters + classifier.parameters)
        let tokenizer = try TokenizerCatalog.load(folder: folder)
        try encoder.requireFit(of: tokenizer, file: folder.path)
        let trained = reader.root[graftSection]?["maximum_length"]?.integer
        let wanted = maximumLength ?? trained ?? encoder.maximumLength
        return SequenceClassifier(
            labels: labels, maximumLength: max(2, min(wanted, encoder.maximumLength)), encoder: encoder,
            pooler: pooler, classifier: classifier, tokenizer: tokenizer)
    }

    private init(
        labels: [String], maximumLength: Int, encoder: any ClassifiableEncoder, pooler: Linear,
        classifier: Linear,
        tokenizer: any Tokenizer
    ) {
        self.labels = labels
        self.maximumLength = maximumLength
        self.encoder = encoder
        self.pooler = pooler
        self.classifier = classifier
        self.tokenizer = tokenizer
    }

    /// One prediction for each text, in their order. Texts are batched by length, without padding.
    public func predict(_ texts: [String]) -> [Prediction] {
        let sequences = texts.map { tokenizer.encode($0, maximumLength: maximumLength) }
        var predictions = [Prediction?](repeating: nil, count: texts.count)
        for batch in LengthBatches.batches(lengths: sequences.map(\.count), maximumTokens: Self.batchTokens) {
            let logits = logits(TokenBatch(batch.map { sequences[$0] }))
            let probabilities = logits.softmax().scalars
            for (row, index) in batch.enumerated() {
                let columns = row * labels.count..<(row + 1) * labels.count
                predictions[index] = prediction(
                    probabilities: Array(probabilities[columns]), logits: logits.rows(row..<row + 1).scalars)
            }
        }
        return predictions.compactMap { $0 }
    }

    /// [sequences, labels].
    private func logits(_ batch: TokenBatch) -> Tensor {
        let context = ForwardContext.evaluation
        let hidden = encoder.forward(
            encoder.embed(batch, context: context), layers: 0..<encoder.layerCount, layout: batch.layout,
            context: context)
        let pooled = pooler(hidden.firstOfSequences(batch.layout), activation: .tanh, context: context)
        return classifier(pooled, context: context).value
    }

    private func prediction(probabilities: [Float], logits: [Float]) -> Prediction {
        var best = 0
        for index in logits.indices where logits[index] > logits[best] { best = index }
        return Prediction(label: labels[best], probabilities: probabilities, logits: logits)
    }
}
