/// A network for rows of numbers [rows, columns], as they are: it standardises them itself.
public protocol TableBackbone: FeatureBackbone {
    /// What a row holds, in order.
    var columns: [TableColumn] { get }
}

/// A column of numbers and how they spread, in the data that the network was trained on.
public struct TableColumn: Sendable, Equatable {
    public var name: String
    public var mean: Float
    /// Above 0.
    public var deviation: Float

    public init(name: String, mean: Float, deviation: Float) {
        self.name = name
        self.mean = mean
        self.deviation = deviation
    }
}
