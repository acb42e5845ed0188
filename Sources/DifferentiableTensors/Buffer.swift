import TensorKernels

/// A named tensor that belongs to a model's state but is never trained, such as running statistics.
///
/// It is another type than `Parameter`, so that unfreezing a model cannot train its statistics.
public final class Buffer {
    /// Path within the model, as in a checkpoint.
    public let name: String
    public let value: Tensor

    public init(_ name: String, _ value: Tensor) {
        self.name = name
        self.value = value
    }
}
