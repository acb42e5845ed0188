/// What stays frozen in fine-tuning. In JSON a number of layers, "none", or the name of a part.
public enum FrozenLayers: Sendable, Equatable {
    /// Nothing: the embeddings are trained too.
    case nothing
    /// The embeddings, or an image network's stem, and so many of the layers or blocks behind.
    case first(Int)
    /// Everything up to and with the part of this name, as `graft backbone inspect` prints them: "layer2".
    case through(String)

    static let nothingName = "none"
}

extension FrozenLayers: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .first(value) }
}

extension FrozenLayers: CustomStringConvertible {
    /// As in a job file: "4", "none", "layer2".
    public var description: String {
        switch self {
        case .nothing: Self.nothingName
        case .first(let count): String(count)
        case .through(let name): name
        }
    }
}

extension FrozenLayers: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .first(count)
        } else {
            let name = try container.decode(String.self)
            self = name == Self.nothingName ? .nothing : .through(name)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .nothing: try container.encode(Self.nothingName)
        case .first(let count): try container.encode(count)
        case .through(let name): try container.encode(name)
        }
    }
}
