import DifferentiableTensors
import TensorKernels

/// What a conditional discriminator judges: features and class probabilities multiplied with each other
/// (Long et al. 2018, section 3.1).
///
/// Every feature with every probability, where there are few of those products. Where they are many, so many
/// random combinations of features, each times one of probabilities: their inner products are, on the mean,
/// those of the full products.
struct MultilinearMap {
    /// More products than this are not formed.
    static let mostProducts = 4096
    /// Columns of the random combinations.
    static let combinationCount = 1024

    /// Columns of the result.
    let width: Int
    /// [combinations, features] and [combinations, classes]; `nil` where all products are formed.
    private let combinations: (features: Tensor, classes: Tensor)?

    /// - Parameter seed: decides on the random combinations, on any processor alike.
    init(featureCount: Int, classCount: Int, seed: UInt64) {
        guard featureCount * classCount > Self.mostProducts else {
            width = featureCount * classCount
            combinations = nil
            return
        }
        width = Self.combinationCount
        let key = RandomKey(seed: seed).derived("multilinear")
        combinations = (
            Self.random(columns: featureCount, key: key.derived("features")),
            Self.random(columns: classCount, key: key.derived("classes"))
        )
    }

    private static func random(columns: Int, key: RandomKey) -> Tensor {
        let tensor = Tensor(uninitialized: [combinationCount, columns])
        tensor.fillNormal(standardDeviation: 1, key: key.bits)
        return tensor
    }

    /// - Parameters:
    ///   - features: [samples, features].
    ///   - probabilities: [samples, classes].
    /// - Returns: [samples, width].
    func callAsFunction(_ features: Variable, _ probabilities: Variable) -> Variable {
        guard let combinations else { return rowOuterProducts(features, probabilities) }
        let ofFeatures = linear(features, weight: Variable(combinations.features))
        let ofClasses = linear(probabilities, weight: Variable(combinations.classes))
        return (ofFeatures * ofClasses).scaled(by: 1 / Float(width).squareRoot())
    }
}
