import DifferentiableTensors
import Foundation
import PretrainedBackbones
import StrictJSON
import TaskHeads
import TensorKernels
import Testing
import Tokenization
import TransferTechniques

/// A small model with weights far from their start, exported, and the logits it gives itself.
struct ExportFixture {
    static let texts = [
        "hello world", "", "the quick brown fox jumps", "un able",
        String(repeating: "hello the fox. ", count: 20),
    ]
    static let labels = ["bad", "good", "so \"so\""]
    static let maximumLength = 40

    enum Family: String, CaseIterable {
        case bert
        case roberta
        case distilbert
        case gpt2

        /// Heads that transformers' architecture for this family expresses.
        var heads: [(pooling: ClassificationHead.Pooling, kind: ClassificationHead.Kind)] {
            self == .gpt2
                ? [(.mean, .linear), (.last, .linear)]
                : [(.mean, .linear), (.mean, .mlp), (.cls, .linear), (.cls, .mlp)]
        }

        var architecture: String {
            switch self {
            case .bert: "BertForSequenceClassification"
            case .roberta: "RobertaForSequenceClassification"
            case .distilbert: "DistilBertForSequenceClassification"
            case .gpt2: "GPT2ForSequenceClassification"
            }
        }
    }

    let source: URL
    let target: URL
    let family: Family
    let encoder: any ClassifiableEncoder
    let head: ClassificationHead
    /// Of `texts`, row by row.
    let expectedLogits: [[Float]]

    /// - Parameter epsilon: the backbone's `layer_norm_eps`.
    init(
        _ pooling: ClassificationHead.Pooling, _ kind: ClassificationHead.Kind, epsilon: Double = 1e-12,
        family: Family = .bert, in folder: URL
    ) throws {
        self.family = family
        source = folder.appendingPathComponent("\(family)-\(pooling)-\(kind)/backbone")
        target = folder.appendingPathComponent("\(family)-\(pooling)-\(kind)/export")
        for each in [source, target] {
            try FileManager.default.createDirectory(at: each, withIntermediateDirectories: true)
        }
        try Self.writeBackboneFolder(source, family, epsilon: epsilon)
        let random = try BackboneCatalog.random(folder: source, seed: 11, dropout: 0)
        encoder = try #require(random as? any ClassifiableEncoder)
        let form = type(of: encoder).classificationForm
        head = ClassificationHead(
            pooling: pooling, kind: kind, hiddenSize: 48, labelCount: 3, activation: form.activation,
            hasBias: form.hasBias, dropout: 0)
        head.initialize(seed: 12, standardDeviation: 0.3)
        head.classifier.bias?.value.fillNormal(standardDeviation: 0.5, key: 13)
        head.dense?.bias?.value.fillNormal(standardDeviation: 0.5, key: 14)

        let tokenizer = try TokenizerCatalog.load(folder: source)
        let batch = TokenBatch(Self.texts.map { tokenizer.encode($0, maximumLength: Self.maximumLength) })
        let hidden = encoder.frozenForward(batch, belowCut: 2)
        let logits = head(Variable(hidden), layout: batch.layout, context: .evaluation).value
        expectedLogits = (0..<batch.count).map { logits.rows($0..<$0 + 1).scalars }
    }

    func export(labels: [String] = labels) throws -> [String] {
        try ClassifierExport.write(
            backbone: encoder, head: head, labels: labels, maximumLength: Self.maximumLength,
            backboneFolder: source, to: target)
    }

    static func largestDifference(_ a: [[Float]], _ b: [[Float]]) -> Float {
        guard a.map(\.count) == b.map(\.count) else { return .infinity }
        return zip(a.joined(), b.joined()).reduce(0) { largest, pair in
            let difference = abs(pair.0 - pair.1)
            // A NaN must not pass for no difference.
            return difference <= largest ? largest : difference
        }
    }

    private static func writeBackboneFolder(_ folder: URL, _ family: Family, epsilon: Double) throws {
        try tokenizer(family).write(to: folder.appendingPathComponent("tokenizer.json"))
        let sizes =
            switch family {
            case .bert, .roberta:
                """
                "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
                "max_position_embeddings": 50, "type_vocab_size": \(family == .bert ? 2 : 1),
                "layer_norm_eps": \(epsilon)
                """
            case .distilbert:
                """
                "dim": 48, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "max_position_embeddings": 50
                """
            case .gpt2:
                """
                "n_embd": 48, "n_layer": 2, "n_head": 4, "n_positions": 50, "layer_norm_epsilon": \(epsilon)
                """
            }
        let isWordPiece = family == .bert || family == .distilbert
        let configuration = """
            {"model_type": "\(family)", "vocab_size": \(isWordPiece ? 300 : 500), \(sizes),
             "pad_token_id": \(isWordPiece ? 0 : 1), "bos_token_id": 0, "eos_token_id": 2,
             "initializer_range": 0.2, "architectures": ["BertModel"]}
            """
        try Data(configuration.utf8).write(to: folder.appendingPathComponent("config.json"))
    }

    private static func tokenizer(_ family: Family) throws -> Data {
        func resource(_ name: String) throws -> Data {
            try Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("ExportResources/\(name)"))
        }
        switch family {
        case .bert, .distilbert: return try resource("tokenizer.json")
        case .roberta: return try resource("roberta-tokenizer.json")
        case .gpt2:
            // RoBERTa's, without special tokens around texts.
            let text = String(decoding: try resource("roberta-tokenizer.json"), as: UTF8.self)
                .replacing("</s>", with: "<|endoftext|>")
            var members = try JSONValue(parsing: Data(text.utf8)).members ?? []
            members.removeAll { $0.name == "post_processor" }
            members.append(JSONMember(name: "post_processor", value: .null))
            return Data(JSONValue.object(members).indentedBytes)
        }
    }
}
