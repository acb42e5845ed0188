import DifferentiableTensors
import TensorKernels

/// An exponential moving average of a model's weights over its updates (Polyak and Juditsky 1992): smoother than
/// the weights of any one step, and often the better model.
///
///     d = min(decay, (1 + t) / (10 + t));   average ← average + (1 − d) · (value − average)
///
/// The average starts as the initial weights; d rises with the updates t, counted from 1, so that a short training
/// forgets them too.
public final class WeightAverage {
    public let decay: Float
    private let members: [(name: String, value: Tensor)]
    private let averages: [Tensor]

    /// - Parameters:
    ///   - buffers: statistics that belong to the weights, averaged like them.
    ///   - decay: 0 ..< 1.
    public init(_ parameters: [Parameter], buffers: [Buffer] = [], decay: Float) {
        self.decay = decay
        members = parameters.map { ($0.name, $0.value) } + buffers.map { ($0.name, $0.value) }
        averages = members.map { $0.value.copy() }
    }

    /// Takes the weights in.
    /// - Parameter updateCount: updates of the weights so far, this one included.
    public func update(updateCount: Int) {
        let rising = Float(1 + Double(updateCount)) / Float(10 + Double(updateCount))
        let share = 1 - min(decay, rising)
        for (member, average) in zip(members, averages) {
            average.moveTowards(member.value, by: share)
        }
    }

    /// Runs `body` with the averages in the place of the weights.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        exchange()
        defer { exchange() }
        return try body()
    }

    private func exchange() {
        for (member, average) in zip(members, averages) {
            let value = member.value.copy()
            member.value.assign(average)
            average.assign(value)
        }
    }

    /// The averages by the weights' names, in their order, for a checkpoint.
    public func stateTensors() -> [(name: String, tensor: Tensor)] {
        zip(members, averages).map { ($0.name, $1) }
    }

    /// Puts back what `stateTensors()` gave.
    /// - Throws: `OptimizersError` where a tensor is missing or has another shape; nothing was changed then.
    public func restoreState(_ tensors: [String: Tensor]) throws {
        let saved = try members.map {
            try OptimizerState.tensor($0.name, shape: $0.value.shape, in: tensors)
        }
        for (average, tensor) in zip(averages, saved) { average.assign(tensor) }
    }
}
