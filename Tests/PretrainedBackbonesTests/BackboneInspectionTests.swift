import Foundation
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
}
