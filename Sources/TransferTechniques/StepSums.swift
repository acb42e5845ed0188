import DifferentiableTensors
import TensorKernels
import TrainingJobs

/// How a step's gradients come to stand in its sums.
///
/// Exact ones are rounded to integers micro-batch by micro-batch, and added. Fast ones are summed by the backward
/// passes themselves, in the memory that is exchanged.
enum StepSums {
    case exact(FixedPointAccumulator)
    case fast(FloatAccumulator)

    /// - Parameters:
    ///   - gradients: elements of each parameter.
    ///   - figures: elements of what is summed besides.
    init(_ exchange: GradientExchange, gradients: [Int], figures: [Int]) {
        let counts = gradients + figures
        switch exchange {
        case .exact: self = .exact(FixedPointAccumulator(segmentCounts: counts))
        case .fast, .fastBF16:
            self = .fast(
                FloatAccumulator(
                    segmentCounts: counts, gradientSegments: gradients.count,
                    compressesGradients: exchange == .fastBF16))
        }
    }

    var sums: any GradientSums {
        switch self {
        case .exact(let sums): sums
        case .fast(let sums): sums
        }
    }

    /// What a backward pass of one micro-batch left in a parameter.
    func take(gradientOf parameter: Parameter, segment: Int) {
        guard case .exact(let sums) = self else { return }
        sums.add(gradientOf: parameter, segment: segment)
        parameter.clearGradient()
    }

    /// After the last micro-batch: sums stand in memory everywhere, zeros where no gradient arose.
    func complete(gradientOf parameter: Parameter) {
        if case .fast = self { parameter.completeGradient() }
    }
}
