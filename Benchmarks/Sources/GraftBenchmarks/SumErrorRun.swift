import DifferentiableTensors
import TensorKernels

/// A model in training, as far as sums of its gradients go.
protocol GradientSteps {
    var parameters: [Parameter] { get }

    /// What a parameter is called together with its like: "attention".
    func group(of parameter: Parameter) -> String

    /// Runs one of a step's micro-batches forward and back; the gradients are then the parameters'.
    func backward(step: Int, microBatch: Int, of count: Int) throws

    /// Applies the gradients that the parameters have.
    func update()
}

/// Trains for some steps with sums of integers, at the scales that a job's would have, and compares those of the first
/// and of the last step with sums in other precisions.
struct SumErrorRun<Model: GradientSteps> {
    private static var steps: Int { 4 }

    let name: String
    let microBatches: Int
    let model: Model
    private let sums: FixedPointAccumulator

    init(_ name: String, microBatches: Int, _ model: Model) {
        self.name = name
        self.microBatches = microBatches
        self.model = model
        sums = FixedPointAccumulator(segmentCounts: model.parameters.map(\.count))
    }

    /// Lines "model step micro-batches group integers-max ring-max integers-rms ring-rms".
    func lines() throws -> [String] {
        var lines: [String] = []
        for step in 0..<Self.steps {
            let addends = try sum(step)
            if step == 0 || step == Self.steps - 1 { lines += self.lines(step, addends) }
            for (segment, parameter) in model.parameters.enumerated() {
                parameter.setGradient { $0.assign(sums.result(segment: segment, shape: parameter.shape)) }
            }
            model.update()
            for parameter in model.parameters { parameter.clearGradient() }
        }
        return lines
    }

    /// Leaves the step's sums as results and the next step's scale, and gives the gradients of every micro-batch. Once
    /// more where the scale was too coarse, as a job would.
    private func sum(_ step: Int) throws -> [[[Float]]] {
        var addends: [[[Float]]] = []
        var isCoarse = true
        while isCoarse {
            sums.reset()
            addends = try (0..<microBatches).map { number in
                try model.backward(step: step, microBatch: number, of: microBatches)
                for (segment, parameter) in model.parameters.enumerated() {
                    sums.add(gradientOf: parameter, segment: segment)
                }
                defer { for parameter in model.parameters { parameter.clearGradient() } }
                return model.parameters.map(\.gradient.scalars)
            }
            guard sums.saturatedCount == 0, sums.nonFiniteCount == 0 else {
                throw UsageError(message: "step \(step) of \(name) does not fit the scale")
            }
            try sums.finish(0..<sums.elementCount)
            let before = sums.exponents
            sums.adaptExponents()
            isCoarse = zip(before, sums.exponents).contains { FixedPointAccumulator.isCoarse($0, for: $1) }
        }
        return addends
    }

    private func lines(_ step: Int, _ addends: [[[Float]]]) -> [String] {
        var errors: [String: SumErrors] = [:]
        for (segment, parameter) in model.parameters.enumerated() {
            errors[model.group(of: parameter), default: SumErrors()].add(
                addends.map { $0[segment] },
                sum: sums.result(segment: segment, shape: parameter.shape).scalars)
        }
        return errors.sorted { $0.key < $1.key }.map { group, errors in
            let (ours, ring) = (errors.integers, errors.ring)
            let figures = [ours.maximum, ring.maximum, ours.rootMeanSquare, ring.rootMeanSquare]
            return "\(name) \(step) \(microBatches) \(group) "
                + figures.map { "\($0)" }.joined(separator: " ")
        }
    }
}
