import TrainingJobs

/// Draws the rows that a limit keeps: those whose keyed hash of text and row number is lowest. The draw of a
/// smaller limit is part of that of a larger one, so that label budgets can be compared.
struct RowDraw {
    private let seed: UInt64
    private let limit: Int
    private var candidates: [(hash: UInt64, row: Int)] = []

    init(seed: UInt64, limit: Int) {
        self.seed = seed
        self.limit = limit
    }

    /// Rows are offered in their order.
    mutating func offer(row: Int, text: String) {
        var generator = SplitMix64(keys: [seed, TextHash.of(text), UInt64(row)])
        candidates.append((generator.next(), row))
    }

    /// The rows kept, in the file's order.
    func rows() -> [Int] {
        guard candidates.count > limit else { return candidates.map(\.row) }
        let ordered = candidates.sorted { ($0.hash, $0.row) < ($1.hash, $1.row) }
        return ordered.prefix(limit).map(\.row).sorted()
    }
}
