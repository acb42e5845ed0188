import CheckpointFormats
import Foundation
import PretrainedBackbones
import StrictJSON
import TensorKernels
import Testing

@Suite struct BertLoadingTests {
    typealias Weights = [(name: String, tensor: Tensor)]

    private func rewrite(_ folder: URL, _ change: (inout Weights) -> Void) throws {
        let file = folder.appendingPathComponent("model.safetensors")
        let read = try SafetensorsFile(path: file.path)
        var tensors: Weights = try read.names.map { (name: $0, tensor: try read.tensor(named: $0)) }
        change(&tensors)
        try SafetensorsWriter.write(tensors, to: file)
    }

    private func refused(_ folder: URL) throws -> PretrainedBackboneError {
        try #require(throws: PretrainedBackboneError.self) { try BertEncoder.load(folder: folder) }
    }

    @Test func missingTensorIsNamed() throws {
        try TinyBert.withCopy { folder in
            try rewrite(folder) { $0.removeAll { $0.name.hasSuffix("layer.1.output.dense.bias") } }
            let error = try refused(folder)
            #expect(error.code == .weightsDisagree)
            #expect(error.tensors == ["encoder.layer.1.output.dense.bias"])
            #expect(error.description.contains("encoder.layer.1.output.dense.bias"))
        }
    }

    @Test func surplusTensorIsNamed() throws {
        try TinyBert.withCopy { folder in
            try rewrite(folder) { $0.append((name: "bert.adapter.weight", tensor: .zeros([2]))) }
            #expect(try refused(folder).tensors == ["adapter.weight"])
        }
    }

    @Test func misshapenTensorIsNamed() throws {
        try TinyBert.withCopy { folder in
            try rewrite(folder) { tensors in
                for (index, tensor) in tensors.enumerated() where tensor.name.hasSuffix("LayerNorm.bias") {
                    tensors[index].tensor = .zeros([31])
                }
            }
            let error = try refused(folder)
            #expect(error.tensors == ["embeddings.LayerNorm.bias"])
            #expect(error.description.contains("[31]") && error.description.contains("[32]"))
        }
    }

    @Test func sameWeightTwiceIsNamed() throws {
        try TinyBert.withCopy { folder in
            try rewrite(folder) { $0.append((name: "embeddings.LayerNorm.bias", tensor: .zeros([32]))) }
            #expect(try refused(folder).tensors == ["embeddings.LayerNorm.bias"])
        }
    }

    @Test func otherNamesOfTheSameWeightsLoad() throws {
        let expected = try BertEncoder.load(folder: TinyBert.folder).namedTensors()
        try TinyBert.withCopy { folder in
            try rewrite(folder) { tensors in
                tensors = tensors.filter { $0.name.hasPrefix("bert.") }.map { tensor in
                    let name = String(tensor.name.dropFirst(5)).replacing(
                        "LayerNorm.weight", with: "LayerNorm.gamma")
                    return (
                        name: name.replacing("LayerNorm.bias", with: "LayerNorm.beta"), tensor: tensor.tensor
                    )
                }
                tensors.append((name: "embeddings.position_ids", tensor: .zeros([1, 20])))
            }
            for (got, wanted) in zip(try BertEncoder.load(folder: folder).namedTensors(), expected) {
                #expect(got.name == wanted.name && got.tensor.isIdentical(to: wanted.tensor))
            }
        }
    }

    @Test(arguments: [
        ("num_hidden_layers", JSONValue.integer(3), "encoder.layer.2.attention.self.query.weight"),
        ("num_hidden_layers", .integer(1), "encoder.layer.1."),
        ("hidden_size", .integer(64), "64]"),
        ("intermediate_size", .integer(49), "[49"),
        ("vocab_size", .integer(41), "word_embeddings"),
        ("hidden_size", .integer(30), "multiple"),
        ("hidden_size", .integer(-1), "hidden_size"),
        ("hidden_size", .string("32"), "hidden_size"),
        ("hidden_size", .null, "hidden_size"),
        ("num_attention_heads", .integer(0), "num_attention_heads"),
        ("layer_norm_eps", .string("x"), "layer_norm_eps"),
        ("max_position_embeddings", .integer(1), "max_position_embeddings"),
        ("hidden_act", .string("silu"), "silu"),
        ("model_type", .string("roberta"), "roberta"),
        ("model_type", .null, "model_type"),
        ("position_embedding_type", .string("relative_key"), "relative_key"),
        ("is_decoder", .bool(true), "is_decoder"),
    ])
    func configurationThatDisagreesIsRefused(key: String, value: JSONValue, mention: String) throws {
        try TinyBert.withCopy { folder in
            let file = folder.appendingPathComponent("config.json")
            let root = try JSONValue(parsing: Data(contentsOf: file))
            let members =
                (root.members ?? []).filter { $0.name != key } + [JSONMember(name: key, value: value)]
            try Data(JSONValue.object(members).indentedBytes).write(to: file)
            #expect(try refused(folder).description.contains(mention))
        }
    }

    /// 38400 for 384: 140 GB of weights, were they made before the file is looked at.
    @Test(arguments: [false, true]) func sizesTypedByMistakeCostNoMemory(classifier: Bool) throws {
        try TinyBert.withCopy { folder in
            let file = folder.appendingPathComponent("config.json")
            let root = try JSONValue(parsing: Data(contentsOf: file))
            let wrong = ["hidden_size": 38_400, "intermediate_size": 153_600, "vocab_size": 10_000_000]
            let members =
                (root.members ?? []).filter { wrong[$0.name] == nil }
                + wrong.map { JSONMember(name: $0.key, value: .integer($0.value)) }
            try Data(JSONValue.object(members).indentedBytes).write(to: file)
            StoragePool.shared.trim()
            let peak = StoragePool.shared.statistics.peakBytes
            let error = try #require(throws: PretrainedBackboneError.self) {
                if classifier {
                    _ = try SequenceClassifier.load(folder: folder)
                } else {
                    _ = try BertEncoder.load(folder: folder)
                }
            }
            #expect(error.code == .weightsDisagree)
            #expect(error.description.contains("[10000000, 38400]"))
            #expect(StoragePool.shared.statistics.peakBytes < peak + (1 << 30))
        }
    }

    @Test func brokenConfigurationIsRefused() throws {
        try TinyBert.withCopy { folder in
            try Data("{".utf8).write(to: folder.appendingPathComponent("config.json"))
            #expect(try refused(folder).code == .malformedConfiguration)
            try FileManager.default.removeItem(at: folder.appendingPathComponent("config.json"))
            #expect(try refused(folder).code == .unreadable)
        }
    }
}
