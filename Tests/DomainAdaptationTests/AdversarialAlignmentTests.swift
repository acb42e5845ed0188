import DifferentiableTensors
import Foundation
import TensorKernels
import Testing

@testable import DomainAdaptation

@Suite struct AdversarialAlignmentTests {
    @Test(arguments: [-1, 0, 1e-4, 0.1, 0.25, 0.5, 0.9, 1, 2] as [Float])
    func scheduleIsThePapers(progress: Float) {
        let clamped = min(max(Double(progress), 0), 1)
        for steepness in [10, 3] as [Float] {
            let expected = 2 / (1 + exp(-Double(steepness) * clamped)) - 1
            let factor = ReversalSchedule(steepness: steepness).factor(progress: progress)
            #expect(abs(Double(factor) - expected) <= 1e-6 * expected)
        }
    }

    @Test func parametersAreNamedByLayer() {
        let alignment = AdversarialAlignment(
            conditioning: .classes, width: 6, classCount: 3, hidden: 4, seed: 1)
        #expect(
            alignment.parameters.map(\.name) == [
                "discriminator.0.weight", "discriminator.0.bias", "discriminator.1.weight",
                "discriminator.1.bias", "discriminator.2.weight", "discriminator.2.bias",
            ])
        #expect(alignment.parameters.map(\.shape) == [[4, 18], [4], [4, 4], [4], [1, 4], [1]])
    }

    @Test func seedDecidesTheWeights() {
        func values(_ seed: UInt64) -> [Tensor] {
            AdversarialAlignment(conditioning: .none, width: 64, classCount: 2, hidden: 256, seed: seed)
                .parameters.map(\.value)
        }
        let weights = values(7)
        #expect(zip(weights, values(7)).allSatisfy { $0.isIdentical(to: $1) })
        #expect(!weights[0].isIdentical(to: values(8)[0]))
        let variance = weights[0].sumOfSquares() / Double(weights[0].count)
        #expect(abs(variance * 64 / 2 - 1) < 0.05)
        #expect([1, 3, 5].allSatisfy { weights[$0].maximumMagnitude() == 0 })
    }

    @Test(arguments: [(64, 64, 4096), (64, 65, 1024), (2048, 2, 4096), (2048, 3, 1024)])
    func manyProductsAreCombined(features: Int, classes: Int, width: Int) {
        #expect(MultilinearMap(featureCount: features, classCount: classes, seed: 1).width == width)
    }

    /// Inner products of random combinations are those of all products, but for their spread.
    @Test func combinationsKeepInnerProducts() {
        let map = MultilinearMap(featureCount: 100, classCount: 50, seed: 3)
        let features = randomTensor([2, 100], key: 1)
        features.rows(1..<2).addInPlace(features.rows(0..<1))
        let probabilities = randomTensor([2, 50], key: 2).softmax()
        let rows = map(Variable(features), Variable(probabilities)).value
        let all = rowOuterProducts(Variable(features), Variable(probabilities)).value
        let got = matrixProduct(rows, rows, transposeB: true).scalars
        let wanted = matrixProduct(all, all, transposeB: true).scalars
        for (got, wanted) in zip(got, wanted) { #expect(abs(got - wanted) < 0.2 * wanted) }
        let again = MultilinearMap(featureCount: 100, classCount: 50, seed: 3)
        #expect(again(Variable(features), Variable(probabilities)).value.isIdentical(to: rows))
        let other = MultilinearMap(featureCount: 100, classCount: 50, seed: 4)
        #expect(!other(Variable(features), Variable(probabilities)).value.isIdentical(to: rows))
    }

    /// With random combinations too, the gradient is −λ times the derivative, and reaches features only.
    @Test func combinationsPassTheGradientOn() throws {
        let alignment = AdversarialAlignment(
            conditioning: .classes, width: 70, classCount: 60, hidden: 8, seed: 2)
        let features = [randomTensor([2, 70], key: 1), randomTensor([3, 70], key: 2)]
        let logits = [randomTensor([2, 60], key: 3), randomTensor([3, 60], key: 4)]
        func samples(requiresGradient: Bool) -> [AlignedFeatures] {
            zip(features, logits).map {
                AlignedFeatures(
                    features: Variable($0, requiresGradient: requiresGradient),
                    logits: Variable($1, requiresGradient: requiresGradient))
            }
        }
        func loss(_ samples: [AlignedFeatures]) -> Variable {
            alignment.loss(
                source: samples[0], target: samples[1], progress: 0.25, context: AlignmentLossTests.context
            ).loss
        }
        let recorded = samples(requiresGradient: true)
        loss(recorded).backward()
        let gradient = try #require(recorded[1].features.gradient)
        #expect(recorded.allSatisfy { $0.logits.gradient == nil })
        let factor = -ReversalSchedule().factor(progress: 0.25)
        for element in stride(from: 0, to: gradient.count, by: 7) {
            let original = features[1][element]
            features[1][element] = original + 1 / 64
            let above = loss(samples(requiresGradient: false)).value.scalar
            features[1][element] = original - 1 / 64
            let below = loss(samples(requiresGradient: false)).value.scalar
            features[1][element] = original
            #expect(abs(gradient[element] - factor * (above - below) * 32) < 4e-4)
        }
    }

    @Test func evaluationRecordsNothing() {
        let alignment = AdversarialAlignment(
            conditioning: .none, width: 4, classCount: 2, hidden: 3, seed: 1)
        let samples = AlignedFeatures(
            features: Variable(randomTensor([3, 4], key: 1)), logits: Variable(randomTensor([3, 2], key: 2)))
        let result = alignment.loss(source: samples, target: samples, progress: 1, context: .evaluation)
        #expect(!result.loss.requiresGradient)
        #expect(result.count == 6 && result.correct == 3)
    }

    /// A sample's logit does not depend on those beside it.
    @Test func logitsAreEachSamplesOwn() {
        let discriminator = DomainDiscriminator(width: 40, hidden: 64)
        discriminator.initialize(seed: 5)
        let x = randomTensor([19, 40], key: 1)
        let together = discriminator(Variable(x), context: .evaluation).value
        for row in 0..<19 {
            let alone = discriminator(Variable(x.rows(row..<row + 1).copy()), context: .evaluation).value
            #expect(alone.isIdentical(to: together.rows(row..<row + 1).copy()))
        }
    }
}
