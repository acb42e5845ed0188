import TensorKernels

/// A linear classifier of two classes: the minimum over w and b of
/// Σ weight · log(1 + e^(∓(w · x + b))) + regularization / 2 · |w|², the shift b being free.
///
/// Found by Newton's method, each step's system solved by conjugate gradients, so that no matrix of
/// columns × columns is formed; deterministic.
struct LogisticRegression {
    /// [1, columns].
    private(set) var weights: Tensor
    private(set) var shift: Float = 0

    private static let mostSteps = 50
    /// The gradient is this much smaller than at first when all is done.
    private static let tolerance = 1e-5

    /// - Parameters:
    ///   - samples: [samples, columns].
    ///   - isPositive: the class of each sample.
    ///   - sampleWeights: of each sample; none negative, together 1.
    ///   - regularization: above 0.
    init(samples: Tensor, isPositive: [Bool], sampleWeights: [Float], regularization: Float) {
        precondition(isPositive.count == samples.rowCount && sampleWeights.count == samples.rowCount)
        weights = .zeros([1, samples.columnCount])
        let objective = LogisticObjective(
            samples: samples, isPositive: isPositive, sampleWeights: sampleWeights,
            regularization: regularization)
        var state = objective.state(weights: weights, shift: shift)
        let goal = Self.tolerance * state.gradient.norm
        for _ in 0..<Self.mostSteps where state.gradient.norm > goal {
            let direction = objective.newtonDirection(at: state)
            guard let next = lowered(objective, from: state, along: direction) else { break }
            state = next
        }
    }

    /// w · x + b of each sample: above 0 for what is taken for positive.
    func scores(_ samples: Tensor) -> [Float] {
        matrixProduct(samples, weights, transposeB: true).scalars.map { $0 + shift }
    }

    /// Moves along a direction, by half as much until the objective falls.
    private mutating func lowered(
        _ objective: LogisticObjective, from state: LogisticObjective.State,
        along direction: LogisticObjective.Point
    ) -> LogisticObjective.State? {
        var factor: Float = 1
        for _ in 0..<20 {
            let weights = weights.adding(direction.weights.scaled(by: factor))
            let shift = shift + factor * direction.shift
            let next = objective.state(weights: weights, shift: shift)
            if next.value < state.value {
                self.weights = weights
                self.shift = shift
                return next
            }
            factor /= 2
        }
        return nil
    }
}
