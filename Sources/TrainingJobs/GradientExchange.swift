/// How a step's gradients are summed, over micro-batches and workers.
public enum GradientExchange: String, Codable, Sendable, CaseIterable {
    /// As integers: the model has the same bits on any number of workers.
    case exact
    /// As Float32: the model's bits depend on the workers.
    case fast
    /// As `fast`, with gradients sent as bfloat16.
    case fastBF16 = "fast-bf16"

    /// What a report and a model card say about it.
    public var promise: String {
        switch self {
        case .exact: "exact: the same bits on any workers of one kernel family"
        case .fast: "fast, sums in fp32: the bits depend on the number of workers"
        case .fastBF16: "fast, sums in fp32 sent as bf16: the bits depend on the number of workers"
        }
    }
}

extension TrainingSpecification {
    /// Whether a state follows from the job and its step alone, whatever workers reached it.
    public var isExact: Bool { (exchange ?? .exact) == .exact }
}
