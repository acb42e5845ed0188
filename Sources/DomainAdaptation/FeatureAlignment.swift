import DifferentiableTensors

/// What pulls the features of a source domain and of a target domain together while a task is learnt on the
/// source alone.
///
/// The loss is added to the task's, and lowering both moves the backbone towards features on which the domains
/// look alike. No label of the target is used.
public protocol FeatureAlignment {
    /// What the alignment itself trains, a discriminator's weights; empty for statistics of the features.
    var parameters: [Parameter] { get }

    /// How far apart the domains are in a micro-batch, as a loss whose gradient brings them together.
    ///
    /// Where one of the domains has no samples there is nothing to align: `AlignmentLoss.none`.
    /// - Parameters:
    ///   - source: samples of the domain that has labels.
    ///   - target: samples of the other, as wide; their number may be another.
    ///   - progress: the part of training that is done, 0…1.
    func loss(
        source: AlignedFeatures, target: AlignedFeatures, progress: Float, context: ForwardContext
    ) -> AlignmentLoss
}

extension FeatureAlignment {
    public var parameters: [Parameter] { [] }
}
