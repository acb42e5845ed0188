/// How the rows of a token matrix [tokens, hidden] divide into sequences: one after the other, each with its
/// own length, no padding anywhere.
public struct SequenceLayout: Sendable, Equatable {
    /// Tokens of each sequence.
    public let lengths: [Int]
    /// First row of each sequence.
    public let starts: [Int]
    /// Rows of the matrix: the sum of all lengths.
    public let tokenCount: Int

    public init(lengths: [Int]) {
        var starts: [Int] = []
        starts.reserveCapacity(lengths.count)
        var total = 0
        for length in lengths {
            precondition(length >= 0, "negative sequence length")
            starts.append(total)
            total += length
        }
        self.lengths = lengths
        self.starts = starts
        tokenCount = total
    }

    /// Number of sequences.
    public var count: Int { lengths.count }

    /// Rows of sequence `index`.
    public func rows(_ index: Int) -> Range<Int> { starts[index]..<starts[index] + lengths[index] }

    /// Tokens' positions within their own sequences, row by row: 0, 1, 2, 0, 1, …
    public var positions: [Int] { lengths.flatMap { Array(0..<$0) } }
}
