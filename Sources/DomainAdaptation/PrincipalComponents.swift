import TensorKernels

/// The directions along which features vary most, for a picture of them in the plane.
///
/// Found by orthogonal iteration on the covariance, which is never formed, from a fixed start, with a
/// Rayleigh–Ritz step in each round (Golub and Van Loan, Matrix Computations, section 8.2): the same samples
/// give the same picture. Of a component and its opposite, that one is taken whose loading of the largest
/// magnitude is positive.
public struct PrincipalComponents {
    /// [components, width]: unit vectors at right angles, the most important first. Those along which the
    /// variance is less than a millionth of the first one's are zeros: single precision cannot find them.
    public let components: Tensor
    /// The variance of the samples along each component, division being by samples − 1.
    public let variances: [Double]
    private let mean: Tensor

    private static let mostRounds = 500
    /// Sine of the angle by which a component may still turn in the last round.
    private static let tolerance: Float = 2e-6
    /// More directions than are wanted are followed, since these converge the faster.
    private static let additionalDirections = 8

    /// - Parameters:
    ///   - features: [samples, width].
    ///   - count: how many components, 1…width.
    /// - Throws: `DomainAdaptationError` where there are fewer than two samples or fewer columns than
    ///   components, or a feature is not finite.
    public init(of features: Tensor, count: Int = 2) throws {
        precondition(count > 0, "\(count) principal components: ask for at least one")
        try features.requireFeatures(of: "given", samples: 2, columns: count)
        mean = features.rowMean()
        let centered = features.centeredRows(around: mean)
        let followed = min(count + Self.additionalDirections, features.columnCount)
        var directions = Tensor(uninitialized: [followed, features.columnCount])
        directions.fillNormal(standardDeviation: 1, key: 1)
        Self.orthonormalize(directions)

        var variances = [Double](repeating: 0, count: followed)
        for _ in 0..<Self.mostRounds {
            let round = Self.improved(directions, samples: centered)
            let change = (0..<count).map { Self.sine(directions, round.directions, row: $0) }.max() ?? 0
            directions = round.directions
            variances = round.variances
            if change <= Self.tolerance { break }
        }
        let isFound = variances.prefix(count).map { $0 > 0 && $0 >= 1e-6 * variances[0] }
        components = directions.rows(0..<count).copy()
        components.fillRows(isFound.indices.filter { !isFound[$0] }, with: 0)
        self.variances = zip(variances, isFound).map { $1 ? $0 : 0 }
        Self.fixSigns(components)
    }

    /// The samples' places along the components.
    /// - Parameter features: [samples, width].
    /// - Returns: [samples, components].
    public func projection(of features: Tensor) -> Tensor {
        precondition(
            features.columnCount == mean.count,
            "features \(features.columnCount) wide, components of \(mean.count)")
        return matrixProduct(features.centeredRows(around: mean), components, transposeB: true)
    }

    /// One round: the covariance is applied to the directions, which are then turned among themselves so that
    /// the samples do not correlate along them.
    private static func improved(
        _ directions: Tensor, samples: Tensor
    ) -> (directions: Tensor, variances: [Double]) {
        let moved = matrixProduct(
            matrixProduct(samples, directions, transposeB: true), samples, transposeA: true)
        orthonormalize(moved)
        let places = matrixProduct(samples, moved, transposeB: true)
        let size = moved.rowCount
        let products = matrixProduct(places, places, transposeA: true).scalars.map(Double.init)
        let factor = 1 / Double(samples.rowCount - 1)
        let eigen = SymmetricEigenvectors(
            (0..<size).map { row in
                (0..<size).map { factor * (products[row * size + $0] + products[$0 * size + row]) / 2 }
            })
        let rotation = Tensor(eigen.vectors.flatMap { $0.map(Float.init) }, shape: [size, size])
        return (matrixProduct(rotation, moved), eigen.values)
    }

    /// Makes the rows unit vectors at right angles (Gram and Schmidt), those that depend on earlier ones zeros.
    private static func orthonormalize(_ vectors: Tensor) {
        var longest: Float = 0
        for index in 0..<vectors.rowCount {
            let row = vectors.rows(index..<index + 1)
            longest = max(longest, row.length)
            // Once more, since the first time leaves what rounding hid.
            for _ in 0..<2 {
                for earlier in 0..<index {
                    let other = vectors.rows(earlier..<earlier + 1)
                    row.addInPlace(other.scaled(by: -row.dot(other)))
                }
            }
            let length = row.length
            row.scaleInPlace(by: length > 1e-7 * longest && length.isNormal ? 1 / length : 0)
        }
    }

    /// Of the angle between two unit vectors.
    private static func sine(_ before: Tensor, _ after: Tensor, row: Int) -> Float {
        let old = before.rows(row..<row + 1)
        let new = after.rows(row..<row + 1)
        return new.adding(old.scaled(by: -new.dot(old))).length
    }

    private static func fixSigns(_ components: Tensor) {
        for index in 0..<components.rowCount {
            let row = components.rows(index..<index + 1)
            let loadings = row.scalars
            let largest = loadings.map(abs).max() ?? 0
            let first = loadings.first { abs($0) == largest } ?? 0
            if first < 0 { row.scaleInPlace(by: -1) }
        }
    }
}

extension Tensor {
    fileprivate var length: Float { Float(sumOfSquares().squareRoot()) }
}
