import DifferentiableTensors

/// Sequences of token ids, one behind the other, each with its own length: no padding.
public struct TokenBatch: Sendable, Equatable {
    /// All ids, sequence by sequence.
    public let ids: [Int32]
    public let layout: SequenceLayout

    public init(_ sequences: [[Int32]]) {
        ids = sequences.flatMap { $0 }
        layout = SequenceLayout(lengths: sequences.map(\.count))
    }

    /// Number of sequences.
    public var count: Int { layout.count }

    /// The ids of sequence `index`.
    public func sequence(_ index: Int) -> [Int32] { Array(ids[layout.rows(index)]) }
}
