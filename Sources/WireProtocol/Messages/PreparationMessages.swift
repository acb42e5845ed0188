/// One worker of a generation.
public struct Member: Sendable, Equatable, WireMessage {
    public var rank: Int
    public var workerID: String
    public var name: String
    public var endpoint: String

    public init(rank: Int = 0, workerID: String = "", name: String = "", endpoint: String = "") {
        self.rank = rank
        self.workerID = workerID
        self.name = name
        self.endpoint = endpoint
    }

    init() { self.init(rank: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("rank", &rank)
        visitor.field("worker_id", &workerID)
        visitor.field("name", &name)
        visitor.field("endpoint", &endpoint)
    }
}

/// A shard holds the samples of one lane of one split of one task; see docs/architecture.md.
public struct ShardReference: Sendable, Equatable, WireMessage {
    /// Index in the job file.
    public var task: Int
    /// Train, validation, test.
    public var split: String
    public var lane: Int
    /// A large lane has several parts.
    public var part: Int
    public var samples: Int
    public var sha256: String
    public var size: Int

    public init(
        task: Int = 0, split: String = "", lane: Int = 0, part: Int = 0, samples: Int = 0,
        sha256: String = "", size: Int = 0
    ) {
        self.task = task
        self.split = split
        self.lane = lane
        self.part = part
        self.samples = samples
        self.sha256 = sha256
        self.size = size
    }

    init() { self.init(task: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("task", &task)
        visitor.field("split", &split)
        visitor.field("lane", &lane)
        visitor.field("part", &part)
        visitor.field("samples", &samples)
        visitor.field("sha256", &sha256)
        visitor.field("size", &size)
    }
}

/// Fetch what a job needs, build its model and greet the other members.
public struct PrepareJob: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var rank: Int
    /// All of them, by rank: the ring's order.
    public var members: [Member]
    /// Those that this worker owns.
    public var lanes: [Int]
    /// Of the job; micro-batch L of every step comes from lane L.
    public var laneCount: Int
    public var specificationJSON: String
    /// DatasetPlan: labels and sizes.
    public var planJSON: String
    /// The backbone folder, and "checkpoint.safetensors" on a restart.
    public var files: [FileReference]
    /// Of this worker's lanes.
    public var shards: [ShardReference]
    /// The first step to run: 0, or where the checkpoint stands.
    public var startStep: Int
    /// A state held from an earlier generation is kept up to this step.
    public var heldLimit: Int

    public init(
        jobID: String = "", generation: Int = 0, rank: Int = 0, members: [Member] = [], lanes: [Int] = [],
        laneCount: Int = 0, specificationJSON: String = "", planJSON: String = "",
        files: [FileReference] = [], shards: [ShardReference] = [], startStep: Int = 0,
        heldLimit: Int = 0
    ) {
        self.jobID = jobID
        self.generation = generation
        self.rank = rank
        self.members = members
        self.lanes = lanes
        self.laneCount = laneCount
        self.specificationJSON = specificationJSON
        self.planJSON = planJSON
        self.files = files
        self.shards = shards
        self.startStep = startStep
        self.heldLimit = heldLimit
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("rank", &rank)
        visitor.field("members", &members)
        visitor.field("lanes", &lanes)
        visitor.field("lane_count", &laneCount)
        visitor.field("specification_json", &specificationJSON)
        visitor.field("plan_json", &planJSON)
        visitor.field("files", &files)
        visitor.field("shards", &shards)
        visitor.field("start_step", &startStep)
        visitor.field("held_limit", &heldLimit)
    }
}

/// Two members that cannot talk.
public struct PeerProblem: Sendable, Equatable, WireMessage {
    public var fromEndpoint: String
    public var toEndpoint: String
    public var reason: String

    public init(fromEndpoint: String = "", toEndpoint: String = "", reason: String = "") {
        self.fromEndpoint = fromEndpoint
        self.toEndpoint = toEndpoint
        self.reason = reason
    }

    init() { self.init(fromEndpoint: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("from_endpoint", &fromEndpoint)
        visitor.field("to_endpoint", &toEndpoint)
        visitor.field("reason", &reason)
    }
}

/// The worker is ready, or says why not.
public struct JobPrepared: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var workerID: String
    /// Members that this worker cannot talk to.
    public var problems: [PeerProblem]
    /// Absent when all is well.
    public var failure: Failure?
    public var parameterCount: Int
    public var trainableParameterCount: Int
    /// Steps of the state that this worker stands at.
    public var heldStep: Int

    public init(
        jobID: String = "", generation: Int = 0, workerID: String = "", problems: [PeerProblem] = [],
        failure: Failure? = nil, parameterCount: Int = 0, trainableParameterCount: Int = 0, heldStep: Int = 0
    ) {
        self.jobID = jobID
        self.generation = generation
        self.workerID = workerID
        self.problems = problems
        self.failure = failure
        self.parameterCount = parameterCount
        self.trainableParameterCount = trainableParameterCount
        self.heldStep = heldStep
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("worker_id", &workerID)
        visitor.field("problems", &problems)
        visitor.field("failure", &failure)
        visitor.field("parameter_count", &parameterCount)
        visitor.field("trainable_parameter_count", &trainableParameterCount)
        visitor.field("held_step", &heldStep)
    }
}

/// Compute the features at the frozen cut.
public struct ExtractFeatures: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int

    public init(jobID: String = "", generation: Int = 0) {
        self.jobID = jobID
        self.generation = generation
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
    }
}

/// The features are there, and what they cost.
public struct FeaturesExtracted: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var workerID: String
    /// All that this worker needs.
    public var samples: Int
    public var cacheHits: Int
    /// Samples that went through the frozen part.
    public var backboneForwards: Int
    /// Tokens among those forwards.
    public var tokens: Int
    /// Computed on padding.
    public var paddedTokens: Int
    public var seconds: Double
    /// Size of these features.
    public var bytes: Int
    /// Samples whose features came from other workers' caches.
    public var fetched: Int

    public init(
        jobID: String = "", generation: Int = 0, workerID: String = "", samples: Int = 0, cacheHits: Int = 0,
        backboneForwards: Int = 0, tokens: Int = 0, paddedTokens: Int = 0, seconds: Double = 0,
        bytes: Int = 0, fetched: Int = 0
    ) {
        self.jobID = jobID
        self.generation = generation
        self.workerID = workerID
        self.samples = samples
        self.cacheHits = cacheHits
        self.backboneForwards = backboneForwards
        self.tokens = tokens
        self.paddedTokens = paddedTokens
        self.seconds = seconds
        self.bytes = bytes
        self.fetched = fetched
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("worker_id", &workerID)
        visitor.field("samples", &samples)
        visitor.field("cache_hits", &cacheHits)
        visitor.field("backbone_forwards", &backboneForwards)
        visitor.field("tokens", &tokens)
        visitor.field("padded_tokens", &paddedTokens)
        visitor.field("seconds", &seconds)
        visitor.field("bytes", &bytes)
        visitor.field("fetched", &fetched)
    }
}
