/// How a network is moved from the domain of its labelled data to another, of which it sees samples without labels.
public enum AdaptationMethod: String, Codable, Sendable, CaseIterable {
    /// Not at all: the control, which learns from the labelled data alone.
    case none
    /// A discriminator's gradient, reversed (Ganin et al. 2016).
    case dann
    /// The same on features times predictions (Long et al. 2018).
    case cdan
    /// Covariances of both domains' features brought together (Sun and Saenko 2016).
    case coral
    /// Means in a kernel's space brought together (Gretton et al. 2012, Long et al. 2015).
    case mmd
    /// Batch normalisation with the other domain's statistics (Li et al. 2016).
    case adabn

    /// Whether a discriminator is trained beside the network.
    public var hasDiscriminator: Bool { self == .dann || self == .cdan }
}

/// A job's domain adaptation: from `train`, which is labelled, to `target`, whose labels nobody reads.
public struct AdaptationSpecification: Codable, Sendable, Equatable {
    /// Units of a discriminator's hidden layers where a job names none.
    public static let defaultHidden = 256

    public var method: AdaptationMethod
    /// Of the alignment's loss beside the task's.
    public var weight: Float
    /// Units of the discriminator's hidden layers; `nil`: `defaultHidden`, where there is a discriminator.
    public var hidden: Int?

    public init(method: AdaptationMethod, weight: Float = 1, hidden: Int? = nil) {
        self.method = method
        self.weight = weight
        self.hidden = hidden
    }

    /// Units of the discriminator's hidden layers.
    public var discriminatorWidth: Int { hidden ?? Self.defaultHidden }
}
