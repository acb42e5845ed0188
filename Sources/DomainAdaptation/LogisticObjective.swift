import TensorKernels

/// What logistic regression minimises, with its gradient and curvature.
struct LogisticObjective {
    /// Weights and shift, or a direction among them.
    struct Point {
        /// [1, columns].
        var weights: Tensor
        var shift: Float

        var norm: Double { dot(self).squareRoot() }

        func dot(_ other: Point) -> Double {
            Double(weights.dot(other.weights)) + Double(shift) * Double(other.shift)
        }

        /// w · x + b of each sample, [samples, 1].
        func scores(of samples: Tensor) -> Tensor {
            let scores = matrixProduct(samples, weights, transposeB: true)
            scores.addRowInPlace(.filled(shift, shape: [1]))
            return scores
        }

        func adding(_ other: Point, times factor: Double) -> Point {
            Point(
                weights: weights.adding(other.weights.scaled(by: Float(factor))),
                shift: shift + Float(factor) * other.shift)
        }

        func scaled(by factor: Float) -> Point {
            Point(weights: weights.scaled(by: factor), shift: factor * shift)
        }
    }

    /// The objective at one point.
    struct State {
        let value: Double
        let gradient: Point
        /// Each sample's weight · p · (1 − p), [samples, 1].
        let curvatures: Tensor
    }

    let samples: Tensor
    /// 1 for positive samples, −1 for the others.
    let signs: Tensor
    /// [samples, 1].
    let sampleWeights: Tensor
    let regularization: Float

    init(samples: Tensor, isPositive: [Bool], sampleWeights: [Float], regularization: Float) {
        self.samples = samples
        signs = Tensor(isPositive.map { $0 ? 1 : -1 }, shape: [isPositive.count, 1])
        self.sampleWeights = Tensor(sampleWeights, shape: [sampleWeights.count, 1])
        self.regularization = regularization
    }

    func state(at point: Point) -> State {
        // log(1 + e^−margin), and the probability of the right class.
        let pairs = point.scores(of: samples).multiplied(by: signs).twoClassLogits()
        let (losses, probabilities) = pairs.crossEntropy(labels: [Int](repeating: 1, count: pairs.rowCount))
        let wrong = matrixProduct(probabilities, Tensor([1, 0], shape: [2, 1]))
        let right = matrixProduct(probabilities, Tensor([0, 1], shape: [2, 1]))
        let slopes = wrong.multiplied(by: sampleWeights).multiplied(by: signs).scaled(by: -1)
        let gradient = Point(
            weights: matrixProduct(slopes, samples, transposeA: true)
                .adding(point.weights.scaled(by: regularization)),
            shift: slopes.sum().scalar)
        let loss = losses.multiplied(by: sampleWeights.reshaped(losses.shape)).sum().scalar
        return State(
            value: Double(loss) + Double(regularization) / 2 * point.weights.sumOfSquares(),
            gradient: gradient,
            curvatures: wrong.multiplied(by: right).multiplied(by: sampleWeights))
    }

    /// −curvature⁻¹ · gradient, by conjugate gradients (Hestenes and Stiefel 1952).
    func newtonDirection(at state: State) -> Point {
        var direction = Point(weights: .zeros(state.gradient.weights.shape), shift: 0)
        var residual = state.gradient.scaled(by: -1)
        var search = residual
        var square = residual.dot(residual)
        let goal = 1e-6 * square
        for _ in 0..<200 where square > goal {
            let image = curvature(at: state, times: search)
            let bend = search.dot(image)
            guard bend > 0 else { break }
            let step = square / bend
            direction = direction.adding(search, times: step)
            residual = residual.adding(image, times: -step)
            let next = residual.dot(residual)
            search = residual.adding(search, times: next / square)
            square = next
        }
        return direction
    }

    private func curvature(at state: State, times point: Point) -> Point {
        let bent = point.scores(of: samples).multiplied(by: state.curvatures)
        return Point(
            weights: matrixProduct(bent, samples, transposeA: true)
                .adding(point.weights.scaled(by: regularization)),
            shift: bent.sum().scalar)
    }
}
