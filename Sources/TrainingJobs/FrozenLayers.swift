/// What stays frozen in fine-tuning. In JSON a number of layers, or "none".
public enum FrozenLayers: Sendable, Equatable {
    /// Nothing: the embeddings are trained too.
    case nothing
    /// The embeddings and so many of the first encoder layers.
    case first(Int)

    static let nothingName = "none"
}

extension FrozenLayers: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .first(value) }
}

extension FrozenLayers: CustomStringConvertible {
    /// As in a job file: "4", "none".
    public var description: String {
        switch self {
        case .nothing: Self.nothingName
        case .first(let count): String(count)
        }
    }
}

extension FrozenLayers: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .first(count)
        } else if try container.decode(String.self) == Self.nothingName {
            self = .nothing
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A number of layers or \"none\" was expected.")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .nothing: try container.encode(Self.nothingName)
        case .first(let count): try container.encode(count)
        }
    }
}
