/// Adapters of low rank beside a backbone's linear maps, which are trained in their stead.
public struct LowRankSpecification: Codable, Sendable, Equatable {
    public var rank: Int
    /// An adapter's result is multiplied by alpha / rank.
    public var alpha: Float
    /// Drop probability of what enters an adapter, in training.
    public var dropout: Float
    /// Last parts of the maps' paths, as "query".
    public var targets: [String]

    public init(
        rank: Int = 8, alpha: Float = 16, dropout: Float = 0, targets: [String] = ["query", "value"]
    ) {
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.targets = targets
    }
}
