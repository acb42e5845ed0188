import TensorKernels
import Testing

@testable import DomainAdaptation

@Suite struct PrincipalComponentsTests {
    @Test func thereAreReferences() { #expect(MeasureReferences.all.components.count == 5) }

    @Test(arguments: MeasureReferences.all.components)
    func agreesWithSingularValues(_ reference: MeasureReferences.Components) throws {
        let found = try PrincipalComponents(of: reference.matrix, count: reference.count)
        #expect(found.components.shape == [reference.count, reference.width])
        expectClose(found.components.scalars, reference.components, tolerance: 2e-4)
        expectClose(found.projection(of: reference.matrix).scalars, reference.projection, tolerance: 2e-4)
        for (variance, expected) in zip(found.variances, reference.variances) {
            #expect(abs(variance / expected - 1) < 1e-4)
        }
    }

    @Test func sameSamplesGiveTheSameBits() throws {
        let x = randomTensor([50, 12], key: 1)
        let found = try PrincipalComponents(of: x)
        let again = try PrincipalComponents(of: x.copy())
        #expect(found.components.isIdentical(to: again.components))
        #expect(found.projection(of: x).isIdentical(to: again.projection(of: x)))
    }

    /// Along a line there is one component; in a point there is none.
    @Test(arguments: [0, 1]) func missingDirectionsAreZeros(directions: Int) throws {
        let line = (0..<6).flatMap { index -> [Float] in
            [Float(index * directions), 2, Float(-2 * index * directions)]
        }
        let x = Tensor(line, shape: [6, 3])
        let found = try PrincipalComponents(of: x)
        let root: Float = 5
        let expected: [Float] =
            directions == 0
            ? [0, 0, 0, 0, 0, 0] : [-1 / root.squareRoot(), 0, 2 / root.squareRoot(), 0, 0, 0]
        expectClose(found.components.scalars, expected)
        #expect(found.variances[1] == 0)
        #expect(found.projection(of: x).maximumMagnitude().isFinite)
    }

    @Test func eigenvectorsSolveTheirEquation() {
        let matrix: [[Double]] = [
            [4, 1, -2, 0.5], [1, 3, 0, 1], [-2, 0, 5, -1.5], [0.5, 1, -1.5, -2],
        ]
        let eigen = SymmetricEigenvectors(matrix)
        #expect(eigen.values == eigen.values.sorted(by: >))
        for (value, vector) in zip(eigen.values, eigen.vectors) {
            for (row, element) in zip(matrix, vector) {
                let image = zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(image - value * element) < 1e-12)
            }
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
        }
    }

    @Test(arguments: [
        ([1, 3], DomainAdaptationError.Code.tooFewSamples), ([0, 3], .tooFewSamples), ([4, 1], .wrongShape),
        ([8], .wrongShape),
    ])
    func refusesWhatHasNoComponents(shape: [Int], code: DomainAdaptationError.Code) throws {
        let error = try #require(throws: DomainAdaptationError.self) {
            try PrincipalComponents(of: .zeros(shape))
        }
        #expect(error.code == code)
    }

    @Test func refusesWhatIsNotFinite() throws {
        let error = try #require(throws: DomainAdaptationError.self) {
            try PrincipalComponents(of: Tensor([1, .nan, 2, 3], shape: [2, 2]))
        }
        #expect(error.code == .notFinite)
    }
}
