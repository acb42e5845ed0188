/// What a forward pass is for: training, with dropout and a graph, or evaluation, with neither.
///
/// Dropout keys are handed out in the order in which the layers run; a pass over the same layers with the
/// same seed, step and micro-batch drops the same elements on any worker.
public final class ForwardContext {
    public let isTraining: Bool
    private let key: RandomKey
    private var sites: UInt64 = 0

    private init(isTraining: Bool, key: RandomKey) {
        self.isTraining = isTraining
        self.key = key
    }

    /// No dropout, no graph.
    public static var evaluation: ForwardContext {
        ForwardContext(isTraining: false, key: RandomKey(seed: 0))
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
}
