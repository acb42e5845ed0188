/// How much the samples of each class count in the training loss. In JSON "balanced", or a list of labels and
/// weights.
public enum ClassWeights: Sendable, Equatable {
    /// Inversely to the class's samples in the training split.
    case balanced
    /// These labels by these factors, any other label by 1.
    case given([LabelWeight])

    static let balancedName = "balanced"
}

/// A label and the factor of its samples.
public struct LabelWeight: Codable, Sendable, Equatable {
    public var label: String
    public var weight: Float

    public init(label: String, weight: Float) {
        self.label = label
        self.weight = weight
    }
}

extension ClassWeights: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let weights = try? container.decode([LabelWeight].self) {
            self = .given(weights)
        } else if try container.decode(String.self) == Self.balancedName {
            self = .balanced
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A list of label weights or \"balanced\" was expected.")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .balanced: try container.encode(Self.balancedName)
        case .given(let weights): try container.encode(weights)
        }
    }
}
