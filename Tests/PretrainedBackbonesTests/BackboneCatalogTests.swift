import CheckpointFormats
import Foundation
import StrictJSON
import TensorKernels
import Testing
import Tokenization

@testable import PretrainedBackbones

@Suite struct BackboneCatalogTests {
    private func refused(_ folder: URL) throws -> PretrainedBackboneError {
        let error = try #require(throws: PretrainedBackboneError.self) {
            try BackboneCatalog.load(folder: folder)
        }
        let inspected = try #require(throws: PretrainedBackboneError.self) {
            try BackboneInspection(folder: folder)
        }
        #expect(inspected.description == error.description)
        return error
    }

    @Test func modelTypesChooseTheArchitecture() throws {
        #expect(try BackboneCatalog.load(folder: TinyBert.folder) is BertEncoder)
        #expect(try BackboneCatalog.load(folder: TinyBackbone.roberta.folder) is RobertaEncoder)
        #expect(try BackboneCatalog.load(folder: TinyBackbone.distilbert.folder) is DistilBertEncoder)
        #expect(try BackboneCatalog.load(folder: TinyBackbone.gpt2.folder) is GPT2Model)
    }

    @Test func anotherModelTypeIsRefused() throws {
        try TinyBackbone.gpt2.withCopy { folder in
            try TinyBackbone.configure(folder, "model_type", .string("llama"))
            let error = try refused(folder)
            #expect(error.code == .unsupported)
            #expect(error.description.contains("llama") && error.description.contains("\"roberta\""))
        }
    }

    static let layerBias: [TinyBackbone: String] = [
        .roberta: "encoder.layer.1.output.dense.bias", .distilbert: "transformer.layer.1.ffn.lin2.bias",
        .gpt2: "h.1.mlp.c_proj.bias",
    ]

    @Test(arguments: TinyBackbone.allCases)
    func missingSurplusAndMisshapenTensorsAreNamed(tiny: TinyBackbone) throws {
        let bias = try #require(Self.layerBias[tiny])
        try tiny.withCopy { folder in
            try TinyBackbone.rewrite(folder) { $0.removeAll { $0.name == tiny.prefix + bias } }
            #expect(try refused(folder).tensors == [bias])
        }
        try tiny.withCopy { folder in
            try TinyBackbone.rewrite(folder) {
                $0.append((name: tiny.prefix + "adapter.weight", tensor: .zeros([2])))
            }
            #expect(try refused(folder).tensors == ["adapter.weight"])
        }
        try tiny.withCopy { folder in
            try TinyBackbone.rewrite(folder) { tensors in
                for (index, tensor) in tensors.enumerated() where tensor.name == tiny.prefix + bias {
                    tensors[index].tensor = .zeros([15])
                }
            }
            let error = try refused(folder)
            #expect(error.tensors == [bias] && error.description.contains("[15]"))
        }
    }

    /// A backbone's own file has neither the prefix nor a head; older ones carry constants.
    @Test(arguments: TinyBackbone.allCases)
    func namesWithoutThePrefixLoad(tiny: TinyBackbone) throws {
        let expected = try BackboneCatalog.load(folder: tiny.folder).namedTensors()
        try tiny.withCopy { folder in
            try TinyBackbone.rewrite(folder) { tensors in
                tensors = tensors.filter { $0.name.hasPrefix(tiny.prefix) }.map {
                    (name: String($0.name.dropFirst(tiny.prefix.count)), tensor: $0.tensor)
                }
                let constant = tiny == .gpt2 ? "h.0.attn.bias" : "embeddings.position_ids"
                tensors.append((name: constant, tensor: .zeros([1, 1, 16, 16])))
            }
            let loaded = try BackboneCatalog.load(folder: folder).namedTensors()
            try #require(loaded.count == expected.count)
            for (got, wanted) in zip(loaded, expected) {
                #expect(got.name == wanted.name && got.tensor.isIdentical(to: wanted.tensor))
            }
        }
    }

    @Test(arguments: [
        (TinyBackbone.roberta, "hidden_size", JSONValue.integer(15), "multiple"),
        (.roberta, "max_position_embeddings", .integer(3), "max_position_embeddings"),
        (.roberta, "pad_token_id", .integer(16), "pad_token_id"),
        (.roberta, "is_decoder", .bool(true), "is_decoder"),
        (.roberta, "hidden_act", .string("silu"), "silu"),
        (.roberta, "vocab_size", .integer(41), "word_embeddings"),
        (.distilbert, "dim", .null, "\"dim\" is missing"),
        (.distilbert, "n_layers", .integer(3), "transformer.layer.2."),
        (.distilbert, "n_heads", .integer(5), "multiple"),
        (.distilbert, "activation", .string("silu"), "silu"),
        (.distilbert, "dropout", .integer(2), "dropout"),
        (.gpt2, "n_embd", .integer(-1), "n_embd"),
        (.gpt2, "n_inner", .integer(63), "63"),
        (.gpt2, "n_layer", .integer(1), "h.1."),
        (.gpt2, "scale_attn_weights", .bool(false), "scale_attn_weights"),
        (.gpt2, "scale_attn_by_inverse_layer_idx", .bool(true), "inverse"),
        (.gpt2, "add_cross_attention", .bool(true), "add_cross_attention"),
        (.gpt2, "model_type", .null, "model_type"),
        (.gpt2, "layer_norm_epsilon", .string("x"), "layer_norm_epsilon"),
    ])
    func configurationsThatDisagreeAreRefused(
        tiny: TinyBackbone, key: String, value: JSONValue, mention: String
    ) throws {
        try tiny.withCopy { folder in
            try TinyBackbone.configure(folder, key, value)
            #expect(try refused(folder).description.contains(mention))
        }
    }
}
