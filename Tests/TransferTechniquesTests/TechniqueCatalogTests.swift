import CheckpointFormats
import Foundation
import PretrainedBackbones
import Testing
import TestingSupport
import Tokenization
import TrainingJobs
import TransferTechniques

@Suite struct TechniqueCatalogTests {
    private static let roberta = """
        {"model_type": "roberta", "vocab_size": 500, "hidden_size": 16, "num_hidden_layers": 2,
         "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 50,
         "type_vocab_size": 1}
        """

    private func program(
        configuration: String, job: TinyJob = TinyJob(.fromScratch)
    ) throws -> any TrainingProgram {
        try withTemporaryFolder { folder in
            let tokenizer = Bundle.module.bundleURL.appending(path: "ExportResources/roberta-tokenizer.json")
            try FileManager.default.copyItem(at: tokenizer, to: folder.appending(path: "tokenizer.json"))
            try Data(configuration.utf8).write(to: folder.appending(path: "config.json"))
            if job.specification.technique.kind != .fromScratch {
                let backbone = try BackboneCatalog.random(folder: folder, seed: 1)
                let tensors = backbone.parameters.map { (name: $0.name, tensor: $0.value) }
                try SafetensorsWriter.write(tensors, to: folder.appending(path: "model.safetensors"))
            }
            return try TechniqueCatalog.program(
                for: job.specification, classCount: 2, backboneFolder: folder,
                tokenizer: TokenizerCatalog.load(folder: folder))
        }
    }

    @Test func robertaIsTrained() throws {
        let program = try program(configuration: Self.roberta)
        #expect(program.classCount == 2)
        #expect(program.trainableParameters.contains { $0.name == "encoder.layer.1.output.dense.weight" })
    }

    @Test func partsAreFrozenByName() throws {
        func program(_ paths: [String]) throws -> any TrainingProgram {
            let job = TinyJob(.fineTuning, frozenLayers: .nothing).technique { $0.freeze = paths }
            return try self.program(configuration: Self.roberta, job: job)
        }
        let frozen = try program(["embeddings", "encoder.layer.0", "*.LayerNorm"])
        #expect(frozen.frozenPart?.cut == "hidden states after layer 1")
        #expect(!frozen.trainableParameters.contains { $0.name.contains("LayerNorm") })
        let error = #expect(throws: TechniqueError.self) { try program(["encoder.layer.2"]) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("technique.freeze") == true)
        #expect(error?.message.contains("encoder.layer.2") == true)
    }

    private static let distilBert = """
        {"model_type": "distilbert", "vocab_size": 500, "dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 24,
         "max_position_embeddings": 50}
        """

    private static let gpt2 = """
        {"model_type": "gpt2", "vocab_size": 500, "n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 50,
         "n_inner": 24}
        """

    @Test(arguments: [(distilBert, HeadKind.mlp, PoolingKind.cls), (gpt2, .linear, .mean)])
    func distilBertAndGPT2AreTrained(configuration: String, head: HeadKind, pooling: PoolingKind) throws {
        let program = try program(
            configuration: configuration, job: TinyJob(.fromScratch, head: head, pooling: pooling))
        #expect(program.trainableParameters.contains { $0.name == "classifier.weight" })
    }

    /// Before any training: their classifiers have no folder to be exported to.
    @Test(arguments: [
        (gpt2, HeadKind.linear, PoolingKind.cls, "technique.pooling"), (gpt2, .mlp, .mean, "technique.head"),
        (distilBert, .linear, .last, "technique.pooling"), (gpt2, .linear, .last, "n_inner"),
    ])
    func headsWithoutAnExportAreRefused(
        configuration: String, head: HeadKind, pooling: PoolingKind, mention: String
    ) throws {
        let error = try #require(throws: TechniqueError.self) {
            try program(
                configuration: configuration, job: TinyJob(.fromScratch, head: head, pooling: pooling))
        }
        #expect(error.code == .unsupported && error.description.contains(mention))
    }
}
