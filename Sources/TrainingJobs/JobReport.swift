/// What a job did and reached, as the coordinator gathers it while the job runs. Travels as canonical JSON;
/// `graft report` prints it.
public struct JobReport: Codable, Sendable, Equatable {
    /// Totals of the extraction over all workers.
    public struct Extraction: Codable, Sendable, Equatable {
        /// Samples that the job needs, over all splits.
        public var samples: Int
        /// Of those, found in workers' feature caches.
        public var cacheHits: Int
        /// Of those, fetched from other workers' caches.
        public var fetched: Int
        /// Of those, sent through the frozen part.
        public var backboneForwards: Int
        /// Tokens among those forwards.
        public var tokens: Int
        /// Tokens computed on padding.
        public var paddedTokens: Int
        /// Of the slowest worker.
        public var seconds: Double
        /// Size of the features.
        public var bytes: Int

        public init(
            samples: Int = 0, cacheHits: Int = 0, fetched: Int = 0, backboneForwards: Int = 0,
            tokens: Int = 0, paddedTokens: Int = 0, seconds: Double = 0, bytes: Int = 0
        ) {
            self.samples = samples
            self.cacheHits = cacheHits
            self.fetched = fetched
            self.backboneForwards = backboneForwards
            self.tokens = tokens
            self.paddedTokens = paddedTokens
            self.seconds = seconds
            self.bytes = bytes
        }

        /// Reports of earlier releases have no `fetched`.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            samples = try values.decode(Int.self, forKey: .samples)
            cacheHits = try values.decode(Int.self, forKey: .cacheHits)
            fetched = try values.decodeIfPresent(Int.self, forKey: .fetched) ?? 0
            backboneForwards = try values.decode(Int.self, forKey: .backboneForwards)
            tokens = try values.decode(Int.self, forKey: .tokens)
            paddedTokens = try values.decode(Int.self, forKey: .paddedTokens)
            seconds = try values.decode(Double.self, forKey: .seconds)
            bytes = try values.decode(Int.self, forKey: .bytes)
        }
    }

    /// Steps between two stops for an evaluation or a checkpoint.
    public struct Segment: Codable, Sendable, Equatable {
        /// One past the segment's last step.
        public var endStep: Int
        /// The epoch of its last step, from 0.
        public var epoch: Int
        /// Mean loss of a sample over the segment.
        public var trainLoss: Double
        /// On the validation split, where the segment ended with an evaluation.
        public var validation: [TaskMeasures]
        public var seconds: Double
        /// Of the slowest worker, each.
        public var computeSeconds: Double
        public var exchangeSeconds: Double
        public var evaluateSeconds: Double
        public var checkpointSeconds: Double
        /// Sent in the all-reduce, by all workers together.
        public var exchangedBytes: Int
        /// `nil` where no two domains are aligned.
        public var alignment: Alignment?

        public init(
            endStep: Int, epoch: Int, trainLoss: Double, validation: [TaskMeasures] = [], seconds: Double = 0,
            computeSeconds: Double = 0, exchangeSeconds: Double = 0, evaluateSeconds: Double = 0,
            checkpointSeconds: Double = 0, exchangedBytes: Int = 0, alignment: Alignment? = nil
        ) {
            self.endStep = endStep
            self.epoch = epoch
            self.trainLoss = trainLoss
            self.validation = validation
            self.seconds = seconds
            self.computeSeconds = computeSeconds
            self.exchangeSeconds = exchangeSeconds
            self.evaluateSeconds = evaluateSeconds
            self.checkpointSeconds = checkpointSeconds
            self.exchangedBytes = exchangedBytes
            self.alignment = alignment
        }
    }

    /// What pulling source and target domain together came to over a segment.
    public struct Alignment: Codable, Sendable, Equatable {
        /// Mean of the alignment's loss, unweighted.
        public var loss: Double
        /// Part of both domains' samples that the discriminator put into the right one; `nil` where there is none.
        public var discriminatorAccuracy: Double?

        public init(loss: Double, discriminatorAccuracy: Double? = nil) {
            self.loss = loss
            self.discriminatorAccuracy = discriminatorAccuracy
        }
    }

    /// Proxy A-distances between source and target domain, by the features of the job's first weights and of its model.
    public struct DomainDistances: Codable, Sendable, Equatable {
        public var before: Double
        public var after: Double

        public init(before: Double, after: Double) {
            self.before = before
            self.after = after
        }
    }

    /// One task's measures on one split.
    public struct TaskMeasures: Codable, Sendable, Equatable {
        public var task: String
        public var samples: Int
        /// Mean loss of a sample.
        public var loss: Double
        public var accuracy: Double
        public var macroF1: Double
        /// Binary tasks only: F1 of the second class.
        public var f1: Double?

        public init(
            task: String, samples: Int, loss: Double, accuracy: Double, macroF1: Double, f1: Double? = nil
        ) {
            self.task = task
            self.samples = samples
            self.loss = loss
            self.accuracy = accuracy
            self.macroF1 = macroF1
            self.f1 = f1
        }

        /// The measure that `kind` names; `nil` for `f1` of a task with more than two classes.
        public func value(of kind: MetricKind) -> Double? {
            switch kind {
            case .accuracy: accuracy
            case .macroF1: macroF1
            case .f1: f1
            case .loss: loss
            }
        }
    }

    /// The checkpoint that validation chose.
    public struct Best: Codable, Sendable, Equatable {
        /// Steps done when it was taken.
        public var step: Int
        public var metric: MetricKind
        public var value: Double

        public init(step: Int, metric: MetricKind, value: Double) {
            self.step = step
            self.metric = metric
            self.value = value
        }
    }

    public var jobID: String
    public var name: String
    /// Workers of the latest generation.
    public var workers: Int
    /// What decides the bits of a matrix product: one for all workers of a job.
    public var kernelFamily: String
    /// Memberships that the job ran in; 1 when no worker was lost and none joined.
    public var generations: Int
    public var parameterCount: Int
    public var trainableParameterCount: Int
    public var extraction: Extraction?
    public var segments: [Segment]
    /// The first epoch, extraction included; `nil` until it is over.
    public var firstEpochSeconds: Double?
    /// Median over the later epochs; `nil` until there is one.
    public var laterEpochSeconds: Double?
    public var best: Best?
    /// The chosen checkpoint on the test split, one entry for each task that has one.
    public var test: [TaskMeasures]
    /// The same on the target domain's test split; `nil` where the job has none, or before it is evaluated.
    public var targetTest: [TaskMeasures]?
    /// How far apart two domains are by their features; `nil` where the job has no target data.
    public var domains: DomainDistances?
    /// Of the exported model.safetensors.
    public var modelSHA256: String?
    /// How gradients were summed; `nil`: exactly, as by default.
    public var exchange: GradientExchange?
    /// From the first `preparing` to the end.
    public var wallSeconds: Double

    public init(
        jobID: String, name: String, workers: Int = 0, kernelFamily: String = "", generations: Int = 0,
        parameterCount: Int = 0, trainableParameterCount: Int = 0, extraction: Extraction? = nil,
        segments: [Segment] = [], firstEpochSeconds: Double? = nil, laterEpochSeconds: Double? = nil,
        best: Best? = nil, test: [TaskMeasures] = [], targetTest: [TaskMeasures]? = nil,
        domains: DomainDistances? = nil, modelSHA256: String? = nil, exchange: GradientExchange? = nil,
        wallSeconds: Double = 0
    ) {
        self.jobID = jobID
        self.name = name
        self.workers = workers
        self.kernelFamily = kernelFamily
        self.generations = generations
        self.parameterCount = parameterCount
        self.trainableParameterCount = trainableParameterCount
        self.extraction = extraction
        self.segments = segments
        self.firstEpochSeconds = firstEpochSeconds
        self.laterEpochSeconds = laterEpochSeconds
        self.best = best
        self.test = test
        self.targetTest = targetTest
        self.domains = domains
        self.modelSHA256 = modelSHA256
        self.exchange = exchange
        self.wallSeconds = wallSeconds
    }
}

extension [JobReport.TaskMeasures] {
    /// The mean over tasks, each counting alike; `nil` where a task has no such measure, or there is none.
    public func mean(of kind: MetricKind) -> Double? {
        let values = compactMap { $0.value(of: kind) }
        guard !isEmpty, values.count == count else { return nil }
        return values.count == 1 ? values[0] : values.reduce(0, +) / Double(count)
    }
}
