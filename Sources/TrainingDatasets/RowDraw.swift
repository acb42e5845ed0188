import TrainingJobs

/// Draws the rows that a limit keeps: those whose keyed hash of payload and row number is lowest. The draw of a
/// smaller limit is part of that of a larger one, so that label budgets can be compared.
struct RowDraw {
    /// How many rows are kept.
    enum Limit: Equatable {
        /// Of the whole file.
        case ofAll(Int)
        /// Of every label.
        case perLabel(Int)

        /// `nil` where the file's rows are all kept.
        init?(of file: DataFileSpecification) {
            if let limit = file.limit {
                self = .ofAll(limit)
            } else if let limit = file.limitPerLabel {
                self = .perLabel(limit)
            } else {
                return nil
            }
        }
    }

    private let seed: UInt64
    private let limit: Limit
    /// By label; under one key where labels do not matter.
    private var candidates: [LabelName: [(hash: UInt64, row: Int)]] = [:]

    init(seed: UInt64, limit: Limit) {
        self.seed = seed
        self.limit = limit
    }

    /// Rows are offered in their order.
    mutating func offer(row: Int, hash: UInt64, label: LabelName) {
        var generator = SplitMix64(keys: [seed, hash, UInt64(row)])
        let group =
            switch limit {
            case .ofAll: LabelName("")
            case .perLabel: label
            }
        candidates[group, default: []].append((generator.next(), row))
    }

    /// The rows kept, in the file's order.
    func rows() -> [Int] {
        let count =
            switch limit {
            case .ofAll(let count), .perLabel(let count): count
            }
        return candidates.values.flatMap { group in
            guard group.count > count else { return group.map(\.row) }
            return group.sorted { ($0.hash, $0.row) < ($1.hash, $1.row) }.prefix(count).map(\.row)
        }.sorted()
    }
}
