import CheckpointFormats
import Foundation
import StrictJSON
import TensorKernels
import Testing

@testable import PretrainedBackbones

@Suite struct SequenceClassifierTests {
    @Test func logitsOfAnyCompanyAgree() throws {
        let classifier = try SequenceClassifier.load(folder: TinyBert.folder)
        #expect(classifier.labels == ["LABEL_0", "LABEL_1", "LABEL_2"])
        #expect(classifier.maximumLength == 20)
        let texts = [
            "a b c", "", "the dogs and the cats of a town", "z", String(repeating: "a ", count: 100),
        ]
        let together = classifier.predict(texts)
        #expect(together.count == texts.count)
        for (text, prediction) in zip(texts, together) {
            let alone = try #require(classifier.predict([text]).first)
            #expect(alone.label == prediction.label)
            #expect(zip(alone.logits, prediction.logits).allSatisfy { abs($0 - $1) < 1e-5 })
            #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-5)
            let best = prediction.probabilities.firstIndex(of: prediction.probabilities.max() ?? 0)
            #expect(best.map { classifier.labels[$0] } == prediction.label)
        }
        #expect(classifier.predict([]).isEmpty)
    }

    @Test func logitsEqualTheReference() throws {
        let tiny = try TinyBert()
        let classifier = try SequenceClassifier.load(folder: TinyBert.folder)
        // The second text of the reference is [CLS] [SEP].
        let empty = try #require(classifier.predict([""]).first)
        let expected = try tiny.reference.tensor(named: "logits").rows(1..<2)
        #expect(largestDifference(Tensor(empty.logits, shape: [1, 3]), expected) < 1e-4)
    }

    @Test(arguments: TinyBackbone.allCases)
    func logitsOfEveryArchitectureEqualTheReference(tiny: TinyBackbone) throws {
        let network = try SequenceClassificationNetwork.load(folder: tiny.folder, labelCount: 3)
        let logits = network.logits(try tiny.inputs().batch)
        #expect(largestDifference(logits, try tiny.reference().tensor(named: "logits")) < 1e-4)
    }

    @Test(arguments: [
        ("problem_type", JSONValue.string("multi_label_classification"), "multi_label"),
        ("id2label", .object([JSONMember(name: "0", value: .string("a"))]), "2 or more"),
        ("id2label", .object([JSONMember(name: "1", value: .string("a"))]), "id2label"),
        ("vocab_size", .integer(10), "[10"),
    ])
    func badConfigurationIsRefused(key: String, value: JSONValue, mention: String) throws {
        try TinyBert.withCopy { folder in
            let file = folder.appendingPathComponent("config.json")
            let root = try JSONValue(parsing: Data(contentsOf: file))
            let members =
                (root.members ?? []).filter { $0.name != key } + [JSONMember(name: key, value: value)]
            try Data(JSONValue.object(members).indentedBytes).write(to: file)
            let error = try #require(throws: PretrainedBackboneError.self) {
                try SequenceClassifier.load(folder: folder)
            }
            #expect(error.description.contains(mention), "\(error)")
        }
    }

    @Test func largerVocabularyIsRefused() throws {
        try TinyBert.withCopy { folder in
            let file = folder.appendingPathComponent("vocab.txt")
            try (Data(contentsOf: file) + Data("more\n".utf8)).write(to: file)
            let error = try #require(throws: PretrainedBackboneError.self) {
                try SequenceClassifier.load(folder: folder)
            }
            #expect(error.code == .tokenizerDisagrees)
        }
    }

    /// An empty text would have no first token.
    @Test func tokenizerWithoutSpecialTokensIsRefused() throws {
        try TinyBert.withCopy { folder in
            let vocabulary = try String(
                contentsOf: folder.appendingPathComponent("vocab.txt"), encoding: .utf8
            )
            .split(separator: "\n").enumerated()
            .map { JSONMember(name: String($0.element), value: .integer($0.offset)) }
            let tokenizer = JSONValue.object([
                JSONMember(
                    name: "normalizer",
                    value: .object([JSONMember(name: "type", value: .string("BertNormalizer"))])),
                JSONMember(
                    name: "pre_tokenizer",
                    value: .object([JSONMember(name: "type", value: .string("BertPreTokenizer"))])),
                JSONMember(
                    name: "model",
                    value: .object([
                        JSONMember(name: "type", value: .string("WordPiece")),
                        JSONMember(name: "unk_token", value: .string("[UNK]")),
                        JSONMember(name: "vocab", value: .object(vocabulary)),
                    ])),
            ])
            try Data(tokenizer.indentedBytes).write(to: folder.appendingPathComponent("tokenizer.json"))
            let error = try #require(throws: PretrainedBackboneError.self) {
                try SequenceClassifier.load(folder: folder)
            }
            #expect(error.code == .tokenizerDisagrees)
            #expect(error.description.contains("special tokens"))
        }
    }

    @Test func backboneWithoutHeadIsRefused() throws {
        try TinyBert.withCopy { folder in
            let file = folder.appendingPathComponent("model.safetensors")
            let read = try SafetensorsFile(path: file.path)
            let names = read.names.filter { !$0.hasPrefix("classifier") }
            try SafetensorsWriter.write(
                names.map { (name: $0, tensor: try read.tensor(named: $0)) }, to: file)
            let error = try #require(throws: PretrainedBackboneError.self) {
                try SequenceClassifier.load(folder: folder)
            }
            #expect(error.description.contains("classification head"))
        }
    }
}
