/// How often the tasks of a job come.
public enum TaskSampling: String, Codable, Sendable, CaseIterable {
    /// As often as they have samples, or by a root of that: see `MultiTaskSpecification.temperature`.
    case proportional
    /// One as often as another.
    case roundRobin = "round-robin"
}

/// What each task's loss counts beside the others'.
public enum LossWeighting: String, Codable, Sendable, CaseIterable {
    /// What the task's `weight` says.
    case fixed
    /// Learnt, by each task's uncertainty (Kendall, Gal and Cipolla 2018, arXiv:1705.07115).
    case uncertainty
}

/// How a job with several tasks shares its steps among them.
public struct MultiTaskSpecification: Codable, Sendable, Equatable {
    public var sampling: TaskSampling
    /// Proportional sampling goes by samples^(1 / temperature): 1 as they are, larger ones nearer to equal shares.
    public var temperature: Double
    public var weighting: LossWeighting

    public init(
        sampling: TaskSampling = .proportional, temperature: Double = 1, weighting: LossWeighting = .fixed
    ) {
        self.sampling = sampling
        self.temperature = temperature
        self.weighting = weighting
    }
}
