import TensorKernels
import Testing

@testable import DomainAdaptation

@Suite struct DomainSeparabilityTests {
    @Test func thereAreReferences() { #expect(MeasureReferences.all.regressions.count == 4) }

    @Test(arguments: MeasureReferences.all.regressions)
    func regressionAgreesWithScikitLearn(_ reference: MeasureReferences.Regression) {
        let model = LogisticRegression(
            samples: reference.matrix, isPositive: reference.isPositive,
            sampleWeights: reference.sampleWeights, regularization: reference.regularization)
        expectClose(
            model.weights.scalars + [model.shift], reference.weights + [reference.shift], tolerance: 3e-4)
    }

    @Test(arguments: [2, 16, 300], [40, 400])
    func separableDomainsAreAtDistanceTwo(width: Int, samples: Int) throws {
        let source = randomTensor([samples, width], key: 1)
        let target = randomTensor([samples / 2, width], key: 2)
        target.addRowInPlace(.filled(8, shape: [width]))
        #expect(try DomainSeparability(source: source, target: target).distance == 2)
    }

    /// To within four standard deviations of an error of 1/2 over the samples that it is measured on.
    @Test(arguments: [(400, 400, 4), (2000, 200, 8), (1000, 1000, 200)])
    func oneDistributionIsAtDistanceZero(sources: Int, targets: Int, width: Int) throws {
        let source = randomTensor([sources, width], key: 3)
        let target = randomTensor([targets, width], key: 4)
        let result = try DomainSeparability(source: source, target: target)
        let deviation = (1 / Double(sources) + 1 / Double(targets)).squareRoot() / 8.0.squareRoot()
        #expect(abs(result.distance) < 4 * 4 * deviation)
    }

    /// Two normal distributions d apart: the best error is Φ(−d / 2).
    @Test(arguments: [(1, 0.3085), (2, 0.1587), (3, 0.0668)] as [(Float, Double)])
    func partlySeparableDomainsAreBetween(gap: Float, error: Double) throws {
        let source = randomTensor([2000, 3], key: 5)
        let target = randomTensor([3000, 3], key: 6)
        target.addRowInPlace(Tensor([0, gap, 0], shape: [3]))
        let result = try DomainSeparability(source: source, target: target)
        #expect(abs(result.error - error) < 0.03)
        #expect(result == (try DomainSeparability(source: source, target: target)))
    }

    /// Neither units nor origins of features count, nor do features that never vary.
    @Test func featuresAreStandardised() throws {
        let source = randomTensor([300, 2], key: 7)
        let target = randomTensor([300, 2], key: 8)
        target.addRowInPlace(Tensor([0, 1], shape: [2]))
        func widened(_ x: Tensor) -> Tensor {
            let rows = (0..<x.rowCount).flatMap { row -> [Float] in
                [x[2 * row] * 1024 + 4096, 3.3, x[2 * row + 1] / 512 - 1]
            }
            return Tensor(rows, shape: [x.rowCount, 3])
        }
        let plain = try DomainSeparability(source: source, target: target).error
        let moved = try DomainSeparability(source: widened(source), target: widened(target)).error
        #expect(abs(plain - moved) <= 0.01)
    }

    @Test func constantFeaturesTellNothing() throws {
        let x = Tensor.filled(0.1, shape: [9, 4])
        #expect(try DomainSeparability(source: x, target: x).distance == 0)
    }

    @Test(arguments: [
        ([1, 3], [4, 3], DomainAdaptationError.Code.tooFewSamples, "source"),
        ([4, 3], [1, 3], .tooFewSamples, "target"),
        ([4, 3], [4, 2], .wrongShape, "target"),
        ([12], [4, 3], .wrongShape, "source"),
        ([4, 3], [2, 2, 3], .wrongShape, "target"),
        ([4, 0], [4, 0], .wrongShape, "source"),
    ])
    func refusesWhatCannotBeMeasured(
        source: [Int], target: [Int], code: DomainAdaptationError.Code, subject: String
    ) throws {
        let error = try #require(throws: DomainAdaptationError.self) {
            try DomainSeparability(source: .zeros(source), target: .zeros(target))
        }
        #expect(error.code == code)
        #expect(error.subject == subject)
        #expect(error.description.contains(subject))
    }

    @Test(arguments: [Float.nan, .infinity]) func refusesWhatIsNotFinite(value: Float) throws {
        let target = Tensor([1, 2, value, 3], shape: [2, 2])
        let error = try #require(throws: DomainAdaptationError.self) {
            try DomainSeparability(source: .zeros([2, 2]), target: target)
        }
        #expect(error.code == .notFinite)
    }
}
