import DifferentiableTensors

/// Deep CORAL (Sun and Saenko 2016): the squared Frobenius distance of the domains' feature covariances,
/// divided by 4 · width².
///
/// A covariance divides by samples − 1; of a single sample it is taken to be zero.
public struct CorrelationAlignment: FeatureAlignment, Sendable {
    public init() {}

    public func loss(
        source: AlignedFeatures, target: AlignedFeatures, progress: Float, context: ForwardContext
    ) -> AlignmentLoss {
        guard AlignedFeatures.canAlign(source, target) else { return .none }
        let difference = source.features.covariance() - target.features.covariance()
        let width = Float(source.width)
        return AlignmentLoss(loss: (difference * difference).sum().scaled(by: 1 / (4 * width * width)))
    }
}
