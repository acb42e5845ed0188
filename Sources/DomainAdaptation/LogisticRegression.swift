import TensorKernels

/// A linear classifier of two classes: the minimum over w and b of
/// Σ weight · log(1 + e^(∓(w · x + b))) + regularization / 2 · |w|², the shift b being free.
///
/// Found by Newton's method, each step's system solved by conjugate gradients, so that no matrix of
/// columns × columns is formed; deterministic.
struct LogisticRegression {
    private var point: LogisticObjective.Point

    /// [1, columns].
    var weights: Tensor { point.weights }
    var shift: Float { point.shift }

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
        point = LogisticObjective.Point(weights: .zeros([1, samples.columnCount]), shift: 0)
        let objective = LogisticObjective(
            samples: samples, isPositive: isPositive, sampleWeights: sampleWeights,
            regularization: regularization)
        var state = objective.state(at: point)
        let goal = Self.tolerance * state.gradient.norm
        for _ in 0..<Self.mostSteps where state.gradient.norm > goal {
            let direction = objective.newtonDirection(at: state)
            guard let next = lowered(objective, from: state, along: direction) else { break }
            state = next
        }
    }

    /// w · x + b of each sample: above 0 for what is taken for positive.
    func scores(_ samples: Tensor) -> [Float] {
        point.scores(of: samples).scalars
    }

    /// Moves along a direction, by half as much until the objective falls.
    private mutating func lowered(
        _ objective: LogisticObjective, from state: LogisticObjective.State,
        along direction: LogisticObjective.Point
    ) -> LogisticObjective.State? {
        var factor = 1.0
        for _ in 0..<20 {
            let place = point.adding(direction, times: factor)
            let next = objective.state(at: place)
            if next.value < state.value {
                point = place
                return next
            }
            factor /= 2
        }
        return nil
    }
}
