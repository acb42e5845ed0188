import DifferentiableTensors
import TensorKernels

/// The squared maximum mean discrepancy of the domains' features, as in deep adaptation networks (Long et
/// al. 2015): the distance of the domains' means in the space of a kernel, zero only where they are one
/// distribution.
///
/// The kernel is the mean of Gaussians exp(−|x − y|² / (γ · 2ᵏ)), k = −2…2. γ is the mean squared distance of
/// two different samples of the micro-batch, whichever their domains, and data: no gradient flows through it.
///
/// The estimator is the biased one, in which a sample is paired with itself too: never negative but for
/// rounding, defined for any numbers of samples from 1 up.
public struct MeanDiscrepancy: FeatureAlignment, Sendable {
    /// The kernels' bandwidths as multiples of γ.
    static let bandwidths: [Float] = [0.25, 0.5, 1, 2, 4]

    public init() {}

    public func loss(
        source: AlignedFeatures, target: AlignedFeatures, progress: Float, context: ForwardContext
    ) -> AlignmentLoss {
        guard AlignedFeatures.canAlign(source, target) else { return .none }
        let distances = Variable.concatenatingRows([source.features, target.features]).squaredRowDistances()
        return AlignmentLoss(
            loss: Self.discrepancy(
                distances, sources: source.sampleCount, targets: target.sampleCount,
                decayRates: Self.decayRates(distances.value)))
    }

    /// - Parameters:
    ///   - distances: of every pair of samples, squared, the source's samples before the target's.
    ///   - decayRates: 1 / bandwidth of each kernel, one at least.
    static func discrepancy(
        _ distances: Variable, sources: Int, targets: Int, decayRates: [Float]
    ) -> Variable {
        let kernels = decayRates.map { distances.scaled(by: -$0).exponential() }
        let kernel = kernels.dropFirst().reduce(kernels[0], +).scaled(by: 1 / Float(kernels.count))
        return (kernel * Variable(pairWeights(sources: sources, targets: targets))).sum()
    }

    /// By what a pair's kernel counts: 1 / sources² or 1 / targets² within a domain, −1 / (sources · targets)
    /// across.
    private static func pairWeights(sources: Int, targets: Int) -> Tensor {
        let shares =
            [Float](repeating: 1 / Float(sources), count: sources)
            + [Float](repeating: -1 / Float(targets), count: targets)
        let column = Tensor(shares, shape: [shares.count, 1])
        return matrixProduct(column, column, transposeB: true)
    }

    /// 1 / bandwidth of each kernel.
    static func decayRates(_ distances: Tensor) -> [Float] {
        let pairs = Float(distances.rowCount * (distances.rowCount - 1))
        let mean = distances.sum().scalar / pairs
        // Samples that are all one have no distance to measure by, and any rate gives a loss of zero.
        return bandwidths.map { (1 / (mean * $0)).isFinite ? 1 / (mean * $0) : 0 }
    }
}
