import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing

@testable import PretrainedBackbones

/// RoBERTa, DistilBERT and GPT-2 against transformers.
@Suite struct TinyBackboneTests {
    @Test(arguments: TinyBackbone.allCases)
    func hiddenStatesEqualTheReferenceAtEveryCut(tiny: TinyBackbone) throws {
        let backbone = try BackboneCatalog.load(folder: tiny.folder)
        let (batch, _) = try tiny.inputs()
        #expect(backbone.layerCount == 2)
        for cut in 0...backbone.layerCount {
            let expected = try tiny.reference().tensor(named: "hidden/\(cut)")
            let hidden = backbone.frozenForward(batch, belowCut: cut)
            #expect(largestDifference(hidden, expected) < 1e-5, "\(cut)")
        }
    }

    @Test(arguments: TinyBackbone.allCases)
    func forwardFromACutEqualsTheWhole(tiny: TinyBackbone) throws {
        let backbone = try BackboneCatalog.load(folder: tiny.folder)
        let (batch, _) = try tiny.inputs()
        let whole = backbone.frozenForward(batch, belowCut: 2)
        for cut in 0...2 {
            let below = Variable(backbone.frozenForward(batch, belowCut: cut))
            let rest = backbone.forward(below, layers: cut..<2, layout: batch.layout, context: .evaluation)
            #expect(largestDifference(rest.value, whole) < 1e-5)
        }
    }

    /// Loss and gradients of the whole network, its classification head included.
    @Test(arguments: TinyBackbone.allCases)
    func gradientsEqualTheReference(tiny: TinyBackbone) throws {
        let backbone = try BackboneCatalog.load(folder: tiny.folder, dropout: 0)
        let head = try tiny.head()
        let reference = try tiny.reference()
        let (batch, labels) = try tiny.inputs()
        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        let hidden = backbone.forward(
            backbone.embed(batch, context: context), layers: 0..<2, layout: batch.layout, context: context)
        let logits = head(hidden, layout: batch.layout, context: context)
        let loss = crossEntropy(logits, labels: labels)
        loss.backward()

        #expect(largestDifference(logits.value, try reference.tensor(named: "logits")) < 1e-4)
        #expect(largestDifference(loss.value, try reference.tensor(named: "loss")) < 1e-4)
        var checked = 0
        for (prefix, module) in [(tiny.prefix, backbone as any Module), ("", head)] {
            for parameter in module.parameters {
                let expected = try reference.tensor(named: "gradient/\(prefix)\(parameter.name)")
                let largest = expected.scalars.map(abs).max() ?? 0
                let difference = largestDifference(parameter.gradient, expected)
                // A key's bias moves all scores of a query alike: its gradient is rounding.
                #expect(
                    difference < 1e-3 * max(largest, 1e-2), "\(parameter.name): \(difference) of \(largest)")
                checked += 1
            }
        }
        #expect(checked == reference.names.filter { $0.hasPrefix("gradient/") }.count)
    }

    @Test(arguments: TinyBackbone.allCases)
    func freezingBelowACutLeavesTheRest(tiny: TinyBackbone) throws {
        let backbone = try BackboneCatalog.load(folder: tiny.folder)
        var trainable = [backbone.parameters.count]
        for cut in 0...2 {
            backbone.freeze(belowCut: cut)
            trainable.append(backbone.trainableParameters.count)
        }
        #expect(trainable == trainable.sorted(by: >) && Set(trainable).count == 4 && trainable.last == 0)
        #expect(Set(backbone.parameters(belowCut: 2).map(\.name)) == Set(backbone.parameters.map(\.name)))
    }

    @Test(arguments: TinyBackbone.allCases)
    func randomWeightsFollowTheSeed(tiny: TinyBackbone) throws {
        func tensors(_ seed: UInt64) throws -> [(name: String, tensor: Tensor)] {
            try BackboneCatalog.random(folder: tiny.folder, seed: seed).namedTensors()
        }
        for (a, b) in zip(try tensors(3), try tensors(3)) {
            #expect(a.name == b.name && a.tensor.isIdentical(to: b.tensor))
        }
        let changed = zip(try tensors(3), try tensors(4)).filter { !$0.tensor.isIdentical(to: $1.tensor) }
        #expect(changed.allSatisfy { $0.0.tensor.shape.count == 2 } && changed.count >= 10)
    }

    /// In any company, as features that are cached must be.
    @Test(arguments: TinyBackbone.allCases)
    func featuresOfASampleAreTheSameBitsInAnyBatch(tiny: TinyBackbone) throws {
        let backbone = try BackboneCatalog.load(folder: tiny.folder)
        let samples = [1, 2, 3, 5, 7, 11, 13, 15, 15, 2, 14].enumerated().map { index, length in
            (0..<length).map { Int32(2 + ($0 * 7 + index * 31) % 37) }
        }
        let alone = samples.map { backbone.frozenForward(TokenBatch([$0]), belowCut: 2) }
        for order in [Array(samples.indices), samples.indices.reversed(), [3, 0, 9], [7, 8], [10, 2]] {
            let batch = TokenBatch(order.map { samples[$0] })
            let together = backbone.frozenForward(batch, belowCut: 2)
            for (place, index) in order.enumerated() {
                #expect(together.rows(batch.layout.rows(place)).isIdentical(to: alone[index]))
            }
        }
    }

    @Test func gpt2AsPublishedHasWideRowsThatAreIndependent() throws {
        #expect(
            InputMajorAlignment.of([.init(inputs: 768, outputs: 2304), .init(inputs: 3072, outputs: 768)])
                != nil)
    }

    @Test func robertaDoesNotCountThePaddingToken() throws {
        let backbone = try BackboneCatalog.load(folder: TinyBackbone.roberta.folder)
        let positions = try #require(backbone as? RobertaEncoder).embeddings.positions.weight
        // Moving position 3, the second token's, changes the row behind the padding token, not the token itself.
        let before = backbone.embed(TokenBatch([[0, 1, 5]]), context: .evaluation).value
        positions.value.rows(3..<4).fill(1)
        let after = backbone.embed(TokenBatch([[0, 1, 5]]), context: .evaluation).value
        #expect(before.rows(0..<2).isIdentical(to: after.rows(0..<2)))
        #expect(!before.rows(2..<3).isIdentical(to: after.rows(2..<3)))
        #expect(backbone.maximumLength == 16)
    }
}
