import TaskHeads
import Testing
import TrainingJobs

@testable import TransferTechniques

@Suite struct LossFactoryTests {
    private func task(_ counts: [Int]? = [30, 10]) -> DatasetPlan.Task {
        DatasetPlan.Task(
            name: "t", labels: ["no", "yes"], trainCount: 40, validationCount: 0, testCount: 0,
            trainLabelCounts: counts)
    }

    @Test func weightsHaveMeanOneOverTheSplit() throws {
        let balanced = try LossFactory.loss(TrainingSpecification(classWeights: .balanced), task: task())
        #expect(balanced == ClassificationLoss(classWeights: [40 / 60, 2]))
        let given = TrainingSpecification(
            labelSmoothing: 0.1, classWeights: .given([LabelWeight(label: "yes", weight: 5)]))
        #expect(
            try LossFactory.loss(given, task: task())
                == ClassificationLoss(labelSmoothing: 0.1, classWeights: [0.5, 2.5]))
        #expect(try LossFactory.loss(TrainingSpecification(), task: task(nil)) == ClassificationLoss())
    }

    @Test func whatDoesNotFitTheTaskIsRefused() {
        let unknown = TrainingSpecification(classWeights: .given([LabelWeight(label: "maybe", weight: 5)]))
        let error = #expect(throws: TechniqueError.self) { try LossFactory.loss(unknown, task: task()) }
        #expect(error?.code == .unsupported && error?.message.contains("maybe") == true)
        for counts in [nil, [40]] as [[Int]?] {
            let balanced = TrainingSpecification(classWeights: .balanced)
            #expect(throws: TechniqueError.self) { try LossFactory.loss(balanced, task: task(counts)) }
        }
    }
}
