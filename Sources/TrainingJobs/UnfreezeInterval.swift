/// Time between one layer's start to learn and the next one's, in gradual unfreezing. In JSON {"epochs": 1} or
/// {"steps": 100}.
public enum UnfreezeInterval: Codable, Sendable, Equatable {
    case epochs(Int)
    case steps(Int)

    private enum CodingKeys: String, CodingKey { case epochs, steps }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let epochs = try container.decodeIfPresent(Int.self, forKey: .epochs) {
            self = .epochs(epochs)
        } else {
            self = .steps(try container.decode(Int.self, forKey: .steps))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .epochs(let count): try container.encode(count, forKey: .epochs)
        case .steps(let count): try container.encode(count, forKey: .steps)
        }
    }
}
