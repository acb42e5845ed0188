import Foundation
import Testing

@testable import TaskMetrics

/// scikit-learn's measures, by Resources/make_confusion_cases.py.
struct ReferenceCase: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var classes: Int
    var truth: [Int]
    var predicted: [Int]
    var accuracy: Double
    var macroF1: Double
    var binaryF1: Double?
    var precision: [Double]
    var recall: [Double]
    var f1: [Double]
    var support: [Int]
    var confusion: [Int]

    var testDescription: String { name }

    static func all() throws -> [ReferenceCase] {
        struct File: Decodable { var cases: [ReferenceCase] }
        let url = try #require(
            Bundle.module.url(
                forResource: "confusion-cases", withExtension: "json", subdirectory: "Resources"))
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
    }
}

@Suite struct ConfusionMatrixTests {
    static let tolerance = 1e-12

    @Test func thereAreCases() throws {
        #expect(try ReferenceCase.all().count == 13)
    }

    @Test(arguments: try ReferenceCase.all())
    func measuresAreThoseOfScikitLearn(reference: ReferenceCase) throws {
        var matrix = ConfusionMatrix(classCount: reference.classes)
        for (truth, predicted) in zip(reference.truth, reference.predicted) {
            try matrix.record(trueClass: truth, predictedClass: predicted)
        }
        func near(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= Self.tolerance }
        #expect(matrix.counts == reference.confusion)
        #expect(matrix.total == reference.truth.count)
        #expect(near(matrix.accuracy, reference.accuracy))
        #expect(near(matrix.macroF1, reference.macroF1))
        #expect((matrix.binaryF1 == nil) == (reference.binaryF1 == nil))
        #expect(near(matrix.binaryF1 ?? 0, reference.binaryF1 ?? 0))
        for label in 0..<reference.classes {
            #expect(near(matrix.precision(of: label), reference.precision[label]))
            #expect(near(matrix.recall(of: label), reference.recall[label]))
            #expect(near(matrix.f1(of: label), reference.f1[label]))
            #expect(matrix.support(of: label) == reference.support[label])
        }
    }

    /// Workers count their own lanes; the sum is the matrix of all samples, in any order.
    @Test(arguments: try ReferenceCase.all())
    func partsAddUpInAnyOrder(reference: ReferenceCase) throws {
        var parts = [ConfusionMatrix](repeating: ConfusionMatrix(classCount: reference.classes), count: 3)
        for index in reference.truth.indices {
            try parts[index % 3].record(
                trueClass: reference.truth[index], predictedClass: reference.predicted[index])
        }
        for order in [[0, 1, 2], [2, 0, 1]] {
            var sum = ConfusionMatrix(classCount: reference.classes)
            for part in order {
                try sum.add(ConfusionMatrix(classCount: reference.classes, counts: parts[part].counts))
            }
            #expect(sum.counts == reference.confusion)
        }
    }

    @Test func withoutSamplesEveryMeasureIsZero() {
        let matrix = ConfusionMatrix(classCount: 2)
        #expect(matrix.accuracy == 0 && matrix.macroF1 == 0 && matrix.binaryF1 == 0)
        #expect(matrix.precision(of: 0) == 0 && matrix.recall(of: 1) == 0)
        #expect(ConfusionMatrix(classCount: 0).macroF1 == 0)
    }

    @Test(arguments: [(2, [1, 2, 3]), (2, [1, 2, 3, -4]), (-1, []), (Int.max, [1])])
    func countsThatMakeNoMatrixAreRefused(classes: Int, counts: [Int]) {
        #expect(throws: MetricError.self) { try ConfusionMatrix(classCount: classes, counts: counts) }
    }

    @Test func unknownClassesAndOtherShapesAreRefused() {
        var matrix = ConfusionMatrix(classCount: 2)
        #expect(throws: MetricError.self) { try matrix.record(trueClass: 2, predictedClass: 0) }
        #expect(throws: MetricError.self) { try matrix.record(trueClass: 0, predictedClass: -1) }
        #expect(throws: MetricError.self) { try matrix.add(ConfusionMatrix(classCount: 3)) }
        #expect(matrix.total == 0)
    }
}
