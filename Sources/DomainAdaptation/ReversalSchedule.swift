import TensorKernels

/// By how much a discriminator's gradient is reversed in the course of training (Ganin et al. 2016):
/// λ = 2 / (1 + e^(−steepness · progress)) − 1, from 0, when the discriminator knows nothing yet, to nearly 1.
public struct ReversalSchedule: Sendable, Hashable {
    /// 10 in the paper.
    public let steepness: Float

    public init(steepness: Float = 10) { self.steepness = steepness }

    /// λ.
    /// - Parameter progress: the part of training that is done; below 0 counts as 0, above 1 as 1.
    public func factor(progress: Float) -> Float {
        // λ is tanh(steepness · progress / 2); the kernel's bits do not depend on the processor.
        let argument = Tensor([steepness * min(max(progress, 0), 1) / 2], shape: [1])
        argument.activate(.tanh, into: argument)
        return argument.scalar
    }
}
