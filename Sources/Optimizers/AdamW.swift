import DifferentiableTensors
import TensorKernels

/// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch computes it.
///
///     p ← p − η λ p
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     p ← p − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
public final class AdamW: Optimizer {
    public let groups: [ParameterGroup]
    public let beta1: Float
    public let beta2: Float
    public let epsilon: Float
    /// Updates so far.
    public private(set) var updateCount = 0
    /// Updates that passed a parameter over because it rested: its own are fewer, as PyTorch counts them.
    private var missedCounts: [String: Int] = [:]
    private var firstMoments: OptimizerState
    private var secondMoments: OptimizerState

    public init(groups: [ParameterGroup], beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8) {
        self.groups = groups
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        let parameters = groups.flatMap(\.parameters)
        firstMoments = OptimizerState(kind: "adamw.first_moment", parameters: parameters)
        secondMoments = OptimizerState(kind: "adamw.second_moment", parameters: parameters)
    }

    public func update(learningRate: Float, gradientScale: Float = 1) {
        updateCount += 1
        for group in groups {
            for parameter in group.parameters where parameter.isTrainable {
                if parameter.isResting {
                    missedCounts[parameter.name, default: 0] += 1
                    continue
                }
                let count = updateCount - (missedCounts[parameter.name] ?? 0)
                step(
                    learningRate * group.learningRateFactor, weightDecay: group.weightDecay, count: count,
                    gradientScale: gradientScale
                ).apply(
                    to: parameter.value, gradient: parameter.gradient, firstMoment: firstMoments[parameter],
                    secondMoment: secondMoments[parameter])
            }
        }
    }

    /// - Parameter count: updates of the parameter, this one included.
    private func step(_ rate: Float, weightDecay: Float, count: Int, gradientScale: Float) -> AdamWStep {
        let correction1 = 1 - integerPower(Double(beta1), count)
        let correction2 = 1 - integerPower(Double(beta2), count)
        return AdamWStep(
            gradientScale: gradientScale, decayFactor: 1 - rate * weightDecay, beta1: beta1, beta2: beta2,
            stepSize: Float(Double(rate) / correction1),
            secondMomentFactor: Float(1 / correction2.squareRoot()), epsilon: epsilon)
    }

    public func stateTensors() -> [(name: String, tensor: Tensor)] {
        [(Self.updateCountName, encodedCount(updateCount))]
            + firstMoments.exported(parameters) + secondMoments.exported(parameters)
            + parameters.compactMap { parameter in
                missedCounts[parameter.name].map {
                    (Self.missedCountPrefix + parameter.name, encodedCount($0))
                }
            }
    }

    public func restoreState(_ tensors: [String: Tensor]) throws {
        let count = try decodedCount(
            OptimizerState.tensor(Self.updateCountName, shape: [2], in: tensors), name: Self.updateCountName)
        var missed: [String: Int] = [:]
        for parameter in parameters {
            let name = Self.missedCountPrefix + parameter.name
            guard tensors[name] != nil else { continue }
            missed[parameter.name] = try decodedCount(
                OptimizerState.tensor(name, shape: [2], in: tensors), name: name)
        }
        try firstMoments.restore(tensors, parameters)
        try secondMoments.restore(tensors, parameters)
        updateCount = count
        missedCounts = missed
    }

    private static let updateCountName = "adamw.update_count"
    private static let missedCountPrefix = "adamw.missed_updates."
}

/// A count as two floats of 24 bits each: exact up to 2⁴⁸.
func encodedCount(_ count: Int) -> Tensor {
    Tensor([Float(count & 0xff_ffff), Float(count >> 24)], shape: [2])
}

/// - Throws: `OptimizersError` `.malformedState` where the numbers are no count.
func decodedCount(_ tensor: Tensor, name: String) throws -> Int {
    let parts = [tensor[0], tensor[1]].compactMap { Int(exactly: $0) }
    guard parts.count == 2, parts.allSatisfy({ (0..<1 << 24).contains($0) }) else {
        throw OptimizersError(
            .malformedState, "optimizer state '\(name)' is \(tensor.scalars), which is no count",
            tensor: name)
    }
    return parts[0] + parts[1] << 24
}

/// base to an integer power by squaring: multiplications only, so alike with every C library.
func integerPower(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = base
    var rest = exponent
    while rest > 0 {
        if rest & 1 == 1 { result *= factor }
        factor *= factor
        rest >>= 1
    }
    return result
}
