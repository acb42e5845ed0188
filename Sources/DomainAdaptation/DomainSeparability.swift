import TensorKernels

/// How well a linear classifier tells two domains apart by their features, and the proxy A-distance that
/// follows from it (Ben-David et al. 2007).
///
/// A logistic regression learns on every other sample of each domain, the first one included, and is tested on
/// those between. Features are standardised by what it learns on. Either domain counts for one half, in
/// learning and in the error, however many samples it has.
public struct DomainSeparability: Sendable, Hashable {
    /// The part of unseen samples whose domain is mistaken, 0…1: near 0.5 where nothing tells them apart.
    public let error: Double

    /// The proxy A-distance 2 · (1 − 2 · error): 2 for domains that are told apart without fault, 0 for those
    /// that look alike, and by chance somewhat below.
    public var distance: Double { 2 * (1 - 2 * error) }

    /// - Parameters:
    ///   - source: [samples, width].
    ///   - target: as wide; as many samples or not.
    ///   - regularization: of the classifier's squared weights, above 0; beside a mean loss over samples.
    /// - Throws: `DomainAdaptationError` where a domain has fewer than two samples, the widths differ, or a
    ///   feature is not finite.
    public init(source: Tensor, target: Tensor, regularization: Float = 0.01) throws {
        precondition(regularization > 0, "regularization \(regularization): it must be above 0")
        try source.requireFeatures(of: "source", samples: 2, columns: 1)
        try target.requireFeatures(of: "target", samples: 2, columns: 1)
        guard source.columnCount == target.columnCount else {
            throw DomainAdaptationError(
                .wrongShape,
                "target features are \(target.columnCount) wide, source features \(source.columnCount): "
                    + "take both from one backbone", subject: "target")
        }
        let learning = [source, target].map { $0.gatherRows(Array(stride(from: 0, to: $0.rowCount, by: 2))) }
        let testing = [source, target].map { $0.gatherRows(Array(stride(from: 1, to: $0.rowCount, by: 2))) }
        let samples = Tensor.concatenatingRows(learning)
        let standardization = Standardization(of: samples)
        let classifier = LogisticRegression(
            samples: standardization(samples),
            isPositive: Self.flags(learning.map(\.rowCount)),
            sampleWeights: learning.flatMap {
                [Float](repeating: 0.5 / Float($0.rowCount), count: $0.rowCount)
            },
            regularization: regularization)
        let scores = testing.map { classifier.scores(standardization($0)) }
        error =
            (Double(scores[0].count { $0 <= 0 }) / Double(scores[0].count)
                + Double(scores[1].count { $0 > 0 }) / Double(scores[1].count)) / 2
    }

    /// The source's samples, which count as positive, before the target's.
    private static func flags(_ counts: [Int]) -> [Bool] {
        [Bool](repeating: true, count: counts[0]) + [Bool](repeating: false, count: counts[1])
    }
}
