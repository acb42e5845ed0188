import TrainingJobs

/// Mean and deviation of every column of a table, row by row: Welford's method (1962), in 64 bits and in the rows'
/// order, so that the same rows give the same bits.
struct ColumnMoments {
    private let columns: [String]
    private var count = 0.0
    private var means: [Double]
    private var squares: [Double]

    init(columns: [String]) {
        self.columns = columns
        means = [Double](repeating: 0, count: columns.count)
        squares = means
    }

    mutating func add(_ payload: SamplePayload) {
        guard case .numbers(let row) = payload else { return }
        count += 1
        for (column, number) in row.enumerated() {
            let difference = Double(number) - means[column]
            means[column] += difference / count
            squares[column] += difference * (Double(number) - means[column])
        }
    }

    /// Of the rows so far; `nil` for a task without columns.
    var statistics: [DatasetPlan.ColumnStatistics]? {
        guard !columns.isEmpty else { return nil }
        return columns.indices.map { column in
            let deviation = Float((squares[column] / max(1, count)).squareRoot())
            return DatasetPlan.ColumnStatistics(
                name: columns[column], mean: Float(means[column]),
                deviation: deviation > 0 && deviation.isFinite ? deviation : 1)
        }
    }
}
