import TensorKernels

/// What a forward pass is for: training, with dropout and a graph, or evaluation, with neither.
///
/// Dropout keys are handed out in the order in which the layers run; a pass over the same layers with the
/// same seed, step and micro-batch drops the same elements on any worker.
public final class ForwardContext {
    public let isTraining: Bool
    private let key: RandomKey
    private let packedWeights: PackedWeights?
    private var sites: UInt64 = 0

    private init(isTraining: Bool, key: RandomKey, packedWeights: PackedWeights? = nil) {
        self.isTraining = isTraining
        self.key = key
        self.packedWeights = packedWeights
    }

    /// No dropout, no graph.
    public static var evaluation: ForwardContext {
        ForwardContext(isTraining: false, key: RandomKey(seed: 0))
    }

    /// Evaluation of what is frozen for good.
    /// - Parameter weights: where linear maps find their weights in a reduced precision; `nil`: they have none.
    public static func frozen(_ weights: PackedWeights?) -> ForwardContext {
        ForwardContext(isTraining: false, key: RandomKey(seed: 0), packedWeights: weights)
    }

    /// - Parameters:
    ///   - seed: the job's.
    ///   - step: counted from the job's start.
    ///   - microBatch: index within the step's global batch.
    public static func training(seed: UInt64, step: Int, microBatch: Int) -> ForwardContext {
        let key = RandomKey(seed: seed).derived(UInt64(step)).derived(UInt64(microBatch))
        return ForwardContext(isTraining: true, key: key)
    }

    /// The key for the next place that draws random numbers.
    public func nextKey() -> RandomKey {
        sites += 1
        return key.derived(sites)
    }

    /// The parameter as an operation's input: with its gradient in training, as data in evaluation.
    public func variable(_ parameter: Parameter) -> Variable {
        isTraining ? parameter.variable : Variable(parameter.value)
    }

    /// A linear map's weight in the reduced precision of this pass; `nil` where products are Float32.
    /// - Parameter isInputMajor: whether it is stored as [inputs, outputs].
    public func packedWeight(_ parameter: Parameter, isInputMajor: Bool = false) -> PackedWeight? {
        packedWeights?.weight(parameter, isInputMajor: isInputMajor)
    }
}
