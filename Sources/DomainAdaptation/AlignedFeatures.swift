import DifferentiableTensors

/// What a network computes for the samples of one domain, as far as an alignment sees it.
public struct AlignedFeatures {
    /// [samples, width], what the classifier reads.
    public let features: Variable
    /// [samples, classes], what the classifier makes of them.
    public let logits: Variable

    /// - Precondition: both are matrices of as many rows.
    public init(features: Variable, logits: Variable) {
        precondition(
            features.shape.count == 2 && logits.shape.count == 2 && features.shape[0] == logits.shape[0],
            "features \(features.shape) and logits \(logits.shape): both have a row for every sample")
        self.features = features
        self.logits = logits
    }

    var sampleCount: Int { features.shape[0] }
    var width: Int { features.shape[1] }

    /// The samples of both domains, the first one's before the second one's.
    static func joined(_ first: AlignedFeatures, _ second: AlignedFeatures) -> AlignedFeatures {
        AlignedFeatures(
            features: .concatenatingRows([first.features, second.features]),
            logits: .concatenatingRows([first.logits, second.logits]))
    }

    /// Whether there is something to align in two domains.
    static func canAlign(_ source: AlignedFeatures, _ target: AlignedFeatures) -> Bool {
        precondition(
            source.width == target.width,
            "source features are \(source.width) wide, target features \(target.width): both come from one backbone"
        )
        return source.sampleCount > 0 && target.sampleCount > 0
    }
}
