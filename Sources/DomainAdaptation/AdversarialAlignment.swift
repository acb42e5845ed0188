import DifferentiableTensors
import NeuralLayers

/// A discriminator learns to tell the domains apart, and the backbone, through the reversed gradient, to leave
/// it nothing to tell them by.
///
/// The loss is the discriminator's binary cross-entropy: the mean over the source's samples and the mean over
/// the target's, half of each, so that neither domain counts for more by having more samples. Source is 1.
public final class AdversarialAlignment: FeatureAlignment {
    /// What the discriminator sees.
    public enum Conditioning: String, Sendable, CaseIterable {
        /// The features: domain-adversarial training, DANN (Ganin et al. 2016).
        case none
        /// The features multiplied with the predicted class probabilities, CDAN (Long et al. 2018), so that
        /// classes are brought together one by one. Probabilities are data here: no gradient flows through
        /// them. Products beyond 4096 are replaced by 1024 random combinations, as in the paper.
        case classes
    }

    public let conditioning: Conditioning
    public let schedule: ReversalSchedule
    public let discriminator: DomainDiscriminator
    private let product: MultilinearMap?

    /// - Parameters:
    ///   - width: of the features.
    ///   - classCount: columns of the logits.
    ///   - hidden: units of either hidden layer of the discriminator.
    ///   - seed: decides on the discriminator's first weights, and on random combinations where there are any.
    public init(
        conditioning: Conditioning, width: Int, classCount: Int, hidden: Int = 1024, seed: UInt64,
        schedule: ReversalSchedule = ReversalSchedule()
    ) {
        self.conditioning = conditioning
        self.schedule = schedule
        product =
            conditioning == .classes
            ? MultilinearMap(featureCount: width, classCount: classCount, seed: seed) : nil
        discriminator = DomainDiscriminator(width: product?.width ?? width, hidden: hidden)
        discriminator.initialize(seed: seed)
    }

    public var parameters: [Parameter] { discriminator.parameters }

    public func loss(
        source: AlignedFeatures, target: AlignedFeatures, progress: Float, context: ForwardContext
    ) -> AlignmentLoss {
        guard AlignedFeatures.canAlign(source, target) else { return .none }
        let judged = judged(.joined(source, target)).reversingGradient(
            lambda: schedule.factor(progress: progress))
        let logits = discriminator(judged, context: context)
        let ofSource = logits.rows(0..<source.sampleCount)
        let ofTarget = logits.rows(source.sampleCount..<source.sampleCount + target.sampleCount)
        let loss =
            binaryCrossEntropy(ofSource, isPositive: true, weight: 0.5 / Float(source.sampleCount))
            + binaryCrossEntropy(ofTarget, isPositive: false, weight: 0.5 / Float(target.sampleCount))
        let correct =
            ofSource.value.scalars.count { $0 > 0 } + ofTarget.value.scalars.count { $0 <= 0 }
        return AlignmentLoss(loss: loss, correct: correct, count: source.sampleCount + target.sampleCount)
    }

    /// What the discriminator is given of the samples.
    private func judged(_ samples: AlignedFeatures) -> Variable {
        guard let product else { return samples.features }
        return product(samples.features, samples.logits.detached().softmax())
    }
}
