import CheckpointFormats
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

@Suite struct BackboneInspectionTests {
    @Test(arguments: TinyBackbone.allCases.map(\.folder) + [TinyBert.folder])
    func countsAreThoseOfTheLoadedModel(folder: URL) throws {
        let inspection = try BackboneInspection(folder: folder)
        let backbone = try BackboneCatalog.load(folder: folder)
        #expect(inspection.parameterCount == backbone.parameterCount)
        #expect(inspection.parts.map(\.name) == ["embeddings", "layer 0", "layer 1"])
        #expect(inspection.cutPoints == 0...2 && inspection.layerCount == 2)
        for cut in inspection.cutPoints {
            let expected = backbone.parameters(belowCut: cut).reduce(0) { $0 + $1.count }
            #expect(inspection.frozenParameterCount(belowCut: cut) == expected)
        }
        #expect(inspection.maximumLength == backbone.maximumLength)
        #expect(inspection.vocabularySize == backbone.vocabularySize)
    }

    @Test func operationsFollowFromTheShapes() throws {
        let inspection = try BackboneInspection(folder: TinyBackbone.distilbert.folder)
        // Per layer: four projections 16 x 16, two 16 x 24; attention's two products over 5 tokens.
        let layer = 2 * 5 * (4 * 16 * 16 + 2 * 16 * 24) + 4 * 5 * 5 * 16
        #expect(inspection.floatingPointOperations(tokens: 5) == 2 * layer)
        #expect(inspection.floatingPointOperations(tokens: 5, layers: 1..<2) == layer)
        #expect(inspection.floatingPointOperations(tokens: 5, layers: 2..<2) == 0)
        let causal = try BackboneInspection(folder: TinyBackbone.gpt2.folder)
        #expect(
            causal.floatingPointOperations(tokens: 1, layers: 0..<1)
                == 2 * (16 * 48 + 16 * 16 + 2 * 16 * 64) + 4 * 16)
    }

    /// Sizes typed by mistake are found without memory for them.
    @Test func noMemoryIsTakenForWeights() throws {
        try TinyBackbone.gpt2.withCopy { folder in
            try TinyBackbone.configure(folder, "vocab_size", .integer(10_000_000))
            try TinyBackbone.configure(folder, "n_inner", .integer(1_000_000))
            let peak = StoragePool.shared.statistics.peakBytes
            #expect(throws: PretrainedBackboneError.self) { try BackboneInspection(folder: folder) }
            #expect(StoragePool.shared.statistics.peakBytes < peak + (1 << 28))
        }
    }

    @Test(.enabled(if: RealInput.miniLM != nil, "no all-MiniLM-L6-v2 here: set GRAFT_MINILM to its folder"))
    func miniLM() throws {
        let inspection = try BackboneInspection(folder: #require(RealInput.miniLM))
        // Published: 22.7 million with the pooler's 384 * 385, which is passed over.
        #expect(inspection.modelType == "bert" && inspection.layerCount == 6)
        #expect(inspection.parameterCount == 22_713_216 - 384 * 385)
        #expect(inspection.maximumLength == 512 && inspection.hiddenSize == 384)
    }

    @Test(arguments: ImageBackboneFolder.allCases)
    func imageNetworksAreCountedWithoutTheirHeads(_ kind: ImageBackboneFolder) throws {
        try kind.withConfiguration { folder in
            let backbone = try ImageBackboneCatalog.random(folder: folder, seed: 1)
            let head = [(name: "\(backbone.headName).weight", tensor: Tensor.zeros([5, 1]))]
            let weights = folder.appending(path: "model.safetensors")
            try SafetensorsWriter.write(backbone.namedTensors() + head, to: weights)
            #expect(try BackboneKind.of(folder: folder) == .image)
            let inspection = try FeatureBackboneInspection(folder: folder)
            #expect(inspection.architecture == kind.rawValue && inspection.sampleShape == [32, 32, 3])
            #expect(inspection.parts.map(\.name) == backbone.cutNames)
            #expect(inspection.parameterCount == backbone.parameterCount)
            for (index, part) in inspection.parts.enumerated() {
                let frozen = backbone.parameters(belowCut: index + 1).reduce(0) { $0 + $1.count }
                #expect(inspection.frozenParameterCount(belowCut: index + 1) == frozen)
                #expect(part.featureShape == backbone.featureShape(belowCut: index + 1))
            }
            try SafetensorsWriter.write(Array(backbone.namedTensors().dropFirst()), to: weights)
            let error = #expect(throws: PretrainedBackboneError.self) {
                try FeatureBackboneInspection(folder: folder)
            }
            #expect(error?.tensors == backbone.namedTensors().first.map { [$0.name] })
        }
    }

    @Test func tableNetworksAreCounted() throws {
        try withTemporaryFolder { folder in
            let config = """
                {"model_type": "mlp", "hidden_sizes": [6, 5], "columns": ["a", "b", "c"],
                 "column_means": [0, 0, 0], "column_deviations": [1, 1, 1]}
                """
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            let backbone = try TableBackboneCatalog.random(folder: folder, seed: 1)
            let weights = folder.appending(path: "model.safetensors")
            try SafetensorsWriter.write(backbone.namedTensors(), to: weights)
            let inspection = try FeatureBackboneInspection(folder: folder)
            #expect(inspection.parts.map(\.parameterCount) == [0, 3 * 6 + 6, 6 * 5 + 5])
            #expect(inspection.operations == 2 * (3 * 6 + 6 * 5))
            #expect(inspection.architecture == "mlp" && inspection.sampleShape == [3])
        }
    }

    @Test(arguments: [
        (#"{"model_type": "bert"}"#, BackboneKind.text), (#"{"model_type": "mlp"}"#, .table),
        (#"{"model_type": "deit"}"#, .image), (#"{"architecture": "resnet18"}"#, .image),
    ]) func kindsFollowFromTheConfiguration(config: String, kind: BackboneKind) throws {
        try withTemporaryFolder { folder in
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            #expect(try BackboneKind.of(folder: folder) == kind)
        }
    }

    @Test func unknownKindsAreRefusedWithWhatThereIs() throws {
        try withTemporaryFolder { folder in
            try Data(#"{"model_type": "whisper"}"#.utf8).write(to: folder.appending(path: "config.json"))
            let error = #expect(throws: PretrainedBackboneError.self) { try BackboneKind.of(folder: folder) }
            for name in ["whisper", "bert", "vit", "mlp"] { #expect(error?.message.contains(name) == true) }
        }
    }

    /// Parameters without the heads of 1000 classes, and multiplications with additions, as published.
    @Test(arguments: [
        ("resnet18", 11_689_512 - 513_000, 1.814e9), ("resnet50", 25_557_032 - 2_049_000, 4.087e9),
        ("mobilenetv2_100", 3_504_872 - 1_281_000, 0.2995e9), ("mobilenet_v2", 2_223_872, 0.2995e9),
        ("vit_tiny_patch16_224", 5_717_416 - 193_000, 1.25e9), ("vit_base_patch16_224", 85_798_656, 17.56e9),
    ]) func publishedNetworksHaveTheirSizes(name: String, parameters: Int, multiplyAdds: Double) throws {
        try withTemporaryFolder { folder in
            let config = """
                {"architecture": "\(name)", "num_classes": 1000, "pretrained_cfg": {"input_size": [3, 224, 224],
                 "mean": [0, 0, 0], "std": [1, 1, 1]}}
                """
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            let backbone = try ImageBackboneCatalog.blank(folder: folder).backbone
            #expect(backbone.parameterCount == parameters)
            let found = Double(backbone.operations(belowCut: backbone.cutNames.count)) / 2
            #expect(abs(found / multiplyAdds - 1) < 0.01, "\(found)")
        }
    }
}
