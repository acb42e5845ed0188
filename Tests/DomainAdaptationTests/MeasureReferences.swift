import Foundation
import TensorKernels

/// From Resources/make_measure_reference.py: scikit-learn's and NumPy's results.
struct MeasureReferences: Decodable {
    struct Regression: Decodable {
        let samples: [Float]
        let isPositive: [Bool]
        let sampleWeights: [Float]
        let width: Int
        let regularization: Float
        let weights: [Float]
        let shift: Float

        var matrix: Tensor { Tensor(samples, shape: [samples.count / width, width]) }
    }

    struct Components: Decodable {
        let samples: [Float]
        let width: Int
        let count: Int
        let components: [Float]
        let variances: [Double]
        let projection: [Float]

        var matrix: Tensor { Tensor(samples, shape: [samples.count / width, width]) }
    }

    let regressions: [Regression]
    let components: [Components]

    static let all: MeasureReferences = {
        let url = Bundle.module.url(forResource: "Resources/measure-reference", withExtension: "json")
        let data = url.flatMap { try? Data(contentsOf: $0) } ?? Data()
        return (try? JSONDecoder().decode(MeasureReferences.self, from: data))
            ?? MeasureReferences(regressions: [], components: [])
    }()
}
