import DifferentiableTensors
import Foundation
import TaskHeads
import TensorKernels
import Testing

@Suite struct ClassificationLossTests {
    /// From Resources/make_loss_reference.py: PyTorch's mean over nine samples of four classes.
    struct Case: Decodable {
        let weights: [Float]?
        let smoothing: Float
        let logits: [Float]
        let labels: [Int]?
        let mixtures: [Float]?
        let loss: Float
        let gradient: [Float]

        var lossFunction: ClassificationLoss {
            // PyTorch divides a batch of labels by the sum of their weights, one of mixtures by its samples.
            let scaled = weights.map { weights in
                labels.map { labels in
                    ClassificationLoss.normalized(
                        weights, counts: (0..<4).map { label in labels.count { $0 == label } })
                } ?? weights
            }
            return ClassificationLoss(labelSmoothing: smoothing, classWeights: scaled)
        }

        func value(_ logits: Variable, samples: Range<Int>) -> Variable {
            if let labels { return lossFunction(logits, labels: Array(labels[samples]), weight: 1 / 9) }
            let rows = Tensor(mixtures ?? [], shape: [9, 4]).rows(samples)
            return lossFunction(logits, distributions: rows, weight: 1 / 9)
        }
    }

    static func cases() throws -> [Case] {
        let url = try #require(
            Bundle.module.url(forResource: "Resources/loss-reference", withExtension: "json"))
        return try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    }

    @Test(arguments: 0..<8) func agreesWithPyTorch(index: Int) throws {
        let reference = try Self.cases()[index]
        let logits = Variable(Tensor(reference.logits, shape: [9, 4]), requiresGradient: true)
        let loss = reference.value(logits, samples: 0..<9)
        #expect(abs(loss.value.scalar - reference.loss) <= 1e-6 * max(1, reference.loss))
        loss.backward()
        let gradient = try #require(logits.gradient)
        for (got, wanted) in zip(gradient.scalars, reference.gradient) { #expect(abs(got - wanted) <= 2e-7) }
    }

    /// However the batch is cut into micro-batches, their losses and gradients add up to the batch's.
    @Test(arguments: 0..<8, [[2, 9], [1, 4, 7, 9]]) func partsAddUp(index: Int, ends: [Int]) throws {
        let reference = try Self.cases()[index]
        var sum: Float = 0
        var gradient: [Float] = []
        for (start, end) in zip([0] + ends, ends) {
            let part = Tensor(reference.logits, shape: [9, 4]).rows(start..<end).copy()
            let logits = Variable(part, requiresGradient: true)
            let loss = reference.value(logits, samples: start..<end)
            loss.backward()
            sum += loss.value.scalar
            gradient += try #require(logits.gradient).scalars
        }
        #expect(abs(sum - reference.loss) <= 1e-6 * max(1, reference.loss))
        for (got, wanted) in zip(gradient, reference.gradient) { #expect(abs(got - wanted) <= 2e-7) }
    }

    @Test func balancedWeightsAreInverseToTheCounts() {
        #expect(ClassificationLoss.balanced(counts: [6, 2, 0]) == [8 / 12, 2, 1])
        #expect(ClassificationLoss.normalized([1, 3, 7], counts: [6, 2, 0]) == [8 / 12, 2, 56 / 12])
        #expect(ClassificationLoss.normalized([2, 3], counts: [0, 0]) == [2, 3])
    }

    @Test func withoutOptionsItIsPlainCrossEntropy() {
        let logits = Variable(Tensor([0.5, -1, 2, 0, 0.25, -3], shape: [2, 3]))
        let plain = crossEntropy(logits, labels: [2, 0], weight: 0.5).value
        #expect(ClassificationLoss()(logits, labels: [2, 0], weight: 0.5).value.isIdentical(to: plain))
        let hard = Tensor([0, 0, 1, 1, 0, 0], shape: [2, 3])
        let soft = ClassificationLoss()(logits, distributions: hard, weight: 0.5).value
        #expect(abs(soft.scalar - plain.scalar) < 1e-6)
    }
}
