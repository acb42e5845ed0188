/// What one job file says, as typed values: docs/jobs.md is the reference for users.
///
/// Its canonical JSON (sorted keys, no white space) travels to the coordinator and the workers.
public struct JobSpecification: Codable, Sendable, Equatable {
    public var name: String
    public var seed: UInt64
    public var backbone: BackboneSpecification
    public var technique: TechniqueSpecification
    public var tasks: [TaskSpecification]
    public var training: TrainingSpecification
    public var workers: WorkerRange
    /// Of the queue: higher ones get workers first; `nil`: 0.
    public var priority: Int?
    /// Of a job that runs; `nil`: as `CheckpointRetention` has it by default.
    public var checkpoints: CheckpointRetention?
    /// To another domain; `nil`: the job has data of one.
    public var adaptation: AdaptationSpecification?
    /// How several tasks share the steps; `nil`: as by default.
    public var multiTask: MultiTaskSpecification?

    /// What `priority` may be.
    public static let priorities = -10...10

    public init(
        name: String, seed: UInt64 = 0, backbone: BackboneSpecification, technique: TechniqueSpecification,
        tasks: [TaskSpecification], training: TrainingSpecification = TrainingSpecification(),
        workers: WorkerRange = WorkerRange(), priority: Int? = nil, checkpoints: CheckpointRetention? = nil,
        adaptation: AdaptationSpecification? = nil, multiTask: MultiTaskSpecification? = nil
    ) {
        self.name = name
        self.seed = seed
        self.backbone = backbone
        self.technique = technique
        self.tasks = tasks
        self.training = training
        self.workers = workers
        self.priority = priority
        self.checkpoints = checkpoints
        self.adaptation = adaptation
        self.multiTask = multiTask
    }
}

/// The pretrained model: a Hugging Face-style folder.
public struct BackboneSpecification: Codable, Sendable, Equatable {
    /// Folder with config.json, model.safetensors and the tokenizer's files. Relative to the job file.
    public var folder: String
    /// Tokens per sample at the most, special tokens included; longer input is cut.
    public var maximumLength: Int
    /// Of the frozen part; `nil`: fp32.
    public var precision: FrozenPrecision?

    public init(folder: String, maximumLength: Int = 128, precision: FrozenPrecision? = nil) {
        self.folder = folder
        self.maximumLength = maximumLength
        self.precision = precision
    }
}

/// What of a backbone is trained, and what it starts from.
public enum TechniqueKind: String, Codable, Sendable, CaseIterable {
    /// The backbone is frozen, a new head is trained on its pooled features.
    case featureExtraction = "feature-extraction"
    /// The embeddings and the first layers are frozen, or nothing is; the rest and the head are trained.
    case fineTuning = "fine-tuning"
    /// The same network from random weights, all of it trained: the control.
    case fromScratch = "from-scratch"
    /// As from scratch, and what leaves is a backbone for later jobs.
    case pretraining

    /// Whether training starts from random weights, so that of the backbone's folder only the shape is taken.
    public var startsFromRandomWeights: Bool { self == .fromScratch || self == .pretraining }
}

/// What is trained on a sample's vector: a linear map, or one with a hidden layer.
public enum HeadKind: String, Codable, Sendable, CaseIterable { case linear, mlp }

/// How a text's tokens become one vector: their mean, or the first or the last one's.
public enum PoolingKind: String, Codable, Sendable, CaseIterable { case mean, cls, last }

/// How a backbone is moved to the task.
public struct TechniqueSpecification: Codable, Sendable, Equatable {
    public var kind: TechniqueKind
    /// What stays frozen in fine-tuning. `nil`: for feature extraction everything, for fine-tuning the
    /// embeddings, from scratch nothing.
    public var frozenLayers: FrozenLayers?
    /// Paths or patterns of backbone parameters that stay frozen in fine-tuning, too.
    public var freeze: [String]?
    /// Adapters that are trained instead of the backbone's weights; `nil`: the weights are.
    public var lora: LowRankSpecification?
    public var head: HeadKind
    public var pooling: PoolingKind
    /// Drop probability in the trained part.
    public var dropout: Float

    public init(
        kind: TechniqueKind, frozenLayers: FrozenLayers? = nil, freeze: [String]? = nil,
        lora: LowRankSpecification? = nil,
        head: HeadKind = .linear, pooling: PoolingKind = .mean, dropout: Float = 0.1
    ) {
        self.kind = kind
        self.frozenLayers = frozenLayers
        self.freeze = freeze
        self.lora = lora
        self.head = head
        self.pooling = pooling
        self.dropout = dropout
    }
}

public enum OptimizerKind: String, Codable, Sendable, CaseIterable { case adamw, sgd }

public struct OptimizerSpecification: Codable, Sendable, Equatable {
    public var kind: OptimizerKind
    public var learningRate: Float
    public var weightDecay: Float
    /// AdamW only.
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    /// SGD only.
    public var momentum: Float

    public init(
        kind: OptimizerKind = .adamw, learningRate: Float = 1e-3, weightDecay: Float = 0.01,
        beta1: Float = 0.9,
        beta2: Float = 0.999, epsilon: Float = 1e-8, momentum: Float = 0.9
    ) {
        self.kind = kind
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.momentum = momentum
    }
}

public enum ScheduleKind: String, Codable, Sendable, CaseIterable { case constant, linear, cosine }

public struct ScheduleSpecification: Codable, Sendable, Equatable {
    public var kind: ScheduleKind
    /// Part of all steps over which the rate rises from 0: 0 … 1.
    public var warmup: Float

    public init(kind: ScheduleKind = .linear, warmup: Float = 0.1) {
        self.kind = kind
        self.warmup = warmup
    }
}

public struct EarlyStoppingSpecification: Codable, Sendable, Equatable {
    /// Evaluations without improvement before training stops.
    public var patience: Int
    public var minimumImprovement: Double

    public init(patience: Int, minimumImprovement: Double = 0) {
        self.patience = patience
        self.minimumImprovement = minimumImprovement
    }
}

public enum CheckpointChoice: String, Codable, Sendable, CaseIterable { case best, last }

/// How long and how the trained part is trained.
public struct TrainingSpecification: Codable, Sendable, Equatable {
    /// Passes over the training split. Exactly one of `epochs` and `steps` is set.
    public var epochs: Int?
    public var steps: Int?
    /// Samples of one step, over all workers.
    public var batch: Int
    /// Parts of a batch. They belong to the job, not to workers: see docs/decisions.
    public var microBatches: Int
    public var optimizer: OptimizerSpecification
    public var schedule: ScheduleSpecification
    /// Largest global L2 norm of the gradient; `nil`: none.
    public var gradientClipping: Float?
    /// Part of every label that is spread over all classes: 0 ..< 1; `nil`: none.
    public var labelSmoothing: Float?
    /// `nil`: every sample counts alike.
    public var classWeights: ClassWeights?
    /// Decay of the moving average of weights that is evaluated and exported; `nil`: the weights themselves are.
    public var averageDecay: Float?
    /// Ratio of neighbouring layers' learning rates, the lower layer's to the upper's; `nil`: all learn alike.
    public var layerDecay: Float?
    /// Epochs over which the head learns alone; `nil`: none, or those of `unfreezeEvery`.
    public var headEpochs: Int?
    /// Time after which the next layer below starts to learn; `nil`: all do at once.
    public var unfreezeEvery: UnfreezeInterval?
    public var earlyStopping: EarlyStoppingSpecification?
    /// Which checkpoint becomes the model: the best by validation metric, or the last.
    public var keep: CheckpointChoice
    /// Steps between evaluations; `nil`: at every epoch's end.
    public var evaluateEvery: Int?
    /// Images: α of the Beta distribution by whose draws pairs of samples are mixed (Zhang et al. 2018);
    /// `nil`: none are.
    public var mixup: Float?
    /// How gradients are summed; `nil`: exactly.
    public var exchange: GradientExchange?

    public init(
        epochs: Int? = 10, steps: Int? = nil, batch: Int = 32, microBatches: Int = 8,
        optimizer: OptimizerSpecification = OptimizerSpecification(),
        schedule: ScheduleSpecification = ScheduleSpecification(), gradientClipping: Float? = 1,
        labelSmoothing: Float? = nil, classWeights: ClassWeights? = nil, averageDecay: Float? = nil,
        layerDecay: Float? = nil, headEpochs: Int? = nil, unfreezeEvery: UnfreezeInterval? = nil,
        earlyStopping: EarlyStoppingSpecification? = nil, keep: CheckpointChoice = .best,
        evaluateEvery: Int? = nil, mixup: Float? = nil, exchange: GradientExchange? = nil
    ) {
        self.epochs = epochs
        self.steps = steps
        self.batch = batch
        self.microBatches = microBatches
        self.optimizer = optimizer
        self.schedule = schedule
        self.gradientClipping = gradientClipping
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.averageDecay = averageDecay
        self.layerDecay = layerDecay
        self.headEpochs = headEpochs
        self.unfreezeEvery = unfreezeEvery
        self.earlyStopping = earlyStopping
        self.keep = keep
        self.evaluateEvery = evaluateEvery
        self.mixup = mixup
        self.exchange = exchange
    }
}

public struct WorkerRange: Codable, Sendable, Equatable {
    /// The job waits until this many are free.
    public var minimum: Int
    public var maximum: Int

    public init(minimum: Int = 1, maximum: Int = 64) {
        self.minimum = minimum
        self.maximum = maximum
    }
}
