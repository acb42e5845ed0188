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

    static let all =
        committedReference("measure-reference") ?? MeasureReferences(regressions: [], components: [])
}
