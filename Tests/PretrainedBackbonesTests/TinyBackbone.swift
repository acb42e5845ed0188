import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// A classifier that make_tiny_backbones.py made, and what transformers computes with it.
enum TinyBackbone: String, CaseIterable {
    case roberta
    case distilbert
    case gpt2

    var folder: URL { Resources.url("tiny-\(rawValue)") }

    /// Before the backbone's names in the file.
    var prefix: String { self == .gpt2 ? "transformer." : "\(rawValue)." }

    func reference() throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.appendingPathComponent("reference.safetensors").path)
    }

    func inputs() throws -> (batch: TokenBatch, labels: [Int]) {
        let inputs = try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent("inputs.json")))
        let sequences = try #require(inputs["sequences"]?.array)
        let batch = TokenBatch(
            sequences.map { ($0.array ?? []).compactMap { $0.integer.map(Int32.init) } })
        return (batch, try #require(inputs["labels"]?.array).compactMap(\.integer))
    }

    /// The classification head of transformers, with the file's weights.
    func head() throws -> TinyHead {
        let weights = try SafetensorsFile(path: folder.appendingPathComponent("model.safetensors").path)
        func linear(_ name: String, outputs: Int, hasBias: Bool = true) throws -> Linear {
            let layer = Linear(name, inputs: 16, outputs: outputs, hasBias: hasBias)
            for parameter in layer.parameters {
                parameter.value.assign(try weights.tensor(named: parameter.name))
            }
            return layer
        }
        switch self {
        case .roberta:
            return TinyHead(
                dense: try linear("classifier.dense", outputs: 16), activation: .tanh,
                classifier: try linear("classifier.out_proj", outputs: 3))
        case .distilbert:
            return TinyHead(
                dense: try linear("pre_classifier", outputs: 16), activation: .relu,
                classifier: try linear("classifier", outputs: 3))
        case .gpt2:
            return TinyHead(
                dense: nil, activation: nil,
                classifier: try linear("score", outputs: 3, hasBias: false), readsLastToken: true)
        }
    }

    /// A copy of the folder's model to be changed.
    func withCopy(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { copy in
            for name in ["config.json", "model.safetensors"] {
                try FileManager.default.copyItem(
                    at: folder.appendingPathComponent(name), to: copy.appendingPathComponent(name))
            }
            try body(copy)
        }
    }

    static func rewrite(
        _ folder: URL, _ change: (inout [(name: String, tensor: Tensor)]) -> Void
    ) throws {
        let file = folder.appendingPathComponent("model.safetensors")
        let read = try SafetensorsFile(path: file.path)
        var tensors = try read.names.map { (name: $0, tensor: try read.tensor(named: $0)) }
        change(&tensors)
        try SafetensorsWriter.write(tensors, to: file)
    }

    static func configure(_ folder: URL, _ key: String, _ value: JSONValue) throws {
        let file = folder.appendingPathComponent("config.json")
        let root = try JSONValue(parsing: Data(contentsOf: file))
        let members = (root.members ?? []).filter { $0.name != key } + [JSONMember(name: key, value: value)]
        try Data(JSONValue.object(members).indentedBytes).write(to: file)
    }
}

final class TinyHead: Module {
    let dense: Linear?
    let activation: Activation?
    let classifier: Linear
    let readsLastToken: Bool

    init(dense: Linear?, activation: Activation?, classifier: Linear, readsLastToken: Bool = false) {
        self.dense = dense
        self.activation = activation
        self.classifier = classifier
        self.readsLastToken = readsLastToken
    }

    var children: [any Module] { (dense.map { [$0] } ?? []) + [classifier] }

    func callAsFunction(_ hidden: Variable, layout: SequenceLayout, context: ForwardContext) -> Variable {
        let read = readsLastToken ? hidden.lastOfSequences(layout) : hidden.firstOfSequences(layout)
        let features = dense.map { $0(read, activation: activation, context: context) } ?? read
        return classifier(features, context: context)
    }
}
