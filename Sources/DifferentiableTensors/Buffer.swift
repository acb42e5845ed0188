import TensorKernels

/// A named tensor that belongs to a model's state but is never trained, such as running statistics.
///
/// It is another type than `Parameter`, so that unfreezing a model cannot train its statistics. Forward passes
/// in training only observe; the value follows when it is told to, as a parameter waits for its optimizer. So
/// what micro-batches on several workers observe can be averaged first.
public final class Buffer {
    /// Path within the model, as in a checkpoint.
    public let name: String
    public let value: Tensor
    /// Share of what was observed in the value that follows.
    public let momentum: Float
    private var sum: Tensor?
    /// Observations since `clearObservations()`.
    public private(set) var observationCount = 0

    public init(_ name: String, _ value: Tensor, momentum: Float = 0.1) {
        self.name = name
        self.value = value
        self.momentum = momentum
    }

    /// Adds what one batch shows.
    /// - Parameter batch: shaped as `value`.
    public func observe(_ batch: Tensor) {
        if observationCount > 0, let sum {
            sum.addInPlace(batch)
        } else if let sum {
            sum.assign(batch)
        } else {
            sum = batch.copy()
        }
        observationCount += 1
    }

    /// Sum of what was observed since `clearObservations()`; `nil` where nothing was.
    public var observationSum: Tensor? { observationCount > 0 ? sum : nil }

    /// Forgets what was observed; cheap.
    public func clearObservations() { observationCount = 0 }

    /// value ← (1 − momentum) · value + momentum · mean.
    /// - Parameter mean: what was observed on average; shaped as `value`.
    public func follow(_ mean: Tensor) {
        value.scaleInPlace(by: 1 - momentum)
        value.addInPlace(mean.scaled(by: momentum))
    }

    /// Follows the mean of what was observed in this process, where anything was, and forgets it.
    public func followObservations() {
        guard let observationSum else { return }
        follow(observationSum.scaled(by: 1 / Float(observationCount)))
        clearObservations()
    }
}
