import TensorKernels

/// What a classifier says of one sample.
public struct ClassPrediction: Sendable, Equatable {
    /// The most probable label; the first of equals.
    public let label: String
    /// In the order of the classifier's labels; they sum up to 1.
    public let probabilities: [Float]
    /// The numbers that the probabilities are the softmax of.
    public let logits: [Float]

    /// One prediction for each row.
    /// - Parameter logits: [samples, labels].
    static func rows(of logits: Tensor, labels: [String]) -> [ClassPrediction] {
        let probabilities = logits.softmax()
        return (0..<logits.shape[0]).map { row in
            let own = logits.rows(row..<row + 1).scalars
            var best = 0
            for index in own.indices where own[index] > own[best] { best = index }
            return ClassPrediction(
                label: labels[best], probabilities: probabilities.rows(row..<row + 1).scalars, logits: own)
        }
    }
}
