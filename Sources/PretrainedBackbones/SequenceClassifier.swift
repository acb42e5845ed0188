import DifferentiableTensors
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels
import Tokenization

/// A folder of one of transformers' sequence classifiers (see `SequenceClassificationForm`), ready to classify
/// texts: Graft's own exports and any other.
public final class SequenceClassifier {
    /// What the model says of one text.
    public typealias Prediction = ClassPrediction

    /// The object in `config.json` where Graft's exports keep what Hugging Face has no key for.
    public static let graftSection = "graft"

    /// By class index.
    public let labels: [String]
    /// Tokens of a text that are read, special tokens included; the rest is cut off.
    public let maximumLength: Int
    private let network: SequenceClassificationNetwork
    private let tokenizer: any Tokenizer

    /// Tokens of a batch: bounds memory.
    private static let batchTokens = 4096

    /// - Parameter maximumLength: `nil`: what the model was trained with if it says so (Graft's do), else what
    ///   it has positions for.
    /// - Throws: `PretrainedBackboneError`, `CheckpointError` or `TokenizationError`, naming file and tensor.
    public static func load(folder: URL, maximumLength: Int? = nil) throws -> SequenceClassifier {
        let reader = try ConfigurationFile(folder.appendingPathComponent("config.json"))
        let labels = try ClassifierLabels.read(reader)
        let network = try SequenceClassificationNetwork.load(folder: folder, labelCount: labels.count)
        let encoder = network.encoder
        let tokenizer = try TokenizerCatalog.load(folder: folder)
        try encoder.requireFit(of: tokenizer, file: folder.path)
        let trained = reader.root[graftSection]?["maximum_length"]?.integer
        let wanted = maximumLength ?? trained ?? encoder.maximumLength
        return SequenceClassifier(
            labels: labels, maximumLength: max(2, min(wanted, encoder.maximumLength)), network: network,
            tokenizer: tokenizer)
    }

    private init(
        labels: [String], maximumLength: Int, network: SequenceClassificationNetwork, tokenizer: any Tokenizer
    ) {
        self.labels = labels
        self.maximumLength = maximumLength
        self.network = network
        self.tokenizer = tokenizer
    }

    /// One prediction for each text, in their order. Texts are batched by length, without padding.
    public func predict(_ texts: [String]) -> [Prediction] {
        let sequences = texts.map { tokenizer.encode($0, maximumLength: maximumLength) }
        var predictions = [Prediction?](repeating: nil, count: texts.count)
        for batch in LengthBatches.batches(lengths: sequences.map(\.count), maximumTokens: Self.batchTokens) {
            let logits = network.logits(TokenBatch(batch.map { sequences[$0] }))
            for (index, prediction) in zip(batch, ClassPrediction.rows(of: logits, labels: labels)) {
                predictions[index] = prediction
            }
        }
        return predictions.compactMap { $0 }
    }
}
