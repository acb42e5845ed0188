/// A worker says that it is there and what it can do.
public struct RegisterWorker: Sendable, Equatable, WireMessage {
    /// Lasts across restarts of a worker.
    public var workerID: String
    /// New at every start of the process.
    public var sessionID: String
    public var name: String
    public var host: String
    public var processID: Int
    public var cores: Int
    public var memoryBytes: Int
    /// Where other workers reach this one: "tcp://10.0.0.5:41234".
    public var peerEndpoint: String
    /// "openblas-0.3.21/SkylakeX": what decides the bits of a product.
    public var kernelFamily: String
    public var softwareVersion: String

    public init(
        workerID: String = "", sessionID: String = "", name: String = "", host: String = "",
        processID: Int = 0, cores: Int = 0, memoryBytes: Int = 0, peerEndpoint: String = "",
        kernelFamily: String = "", softwareVersion: String = ""
    ) {
        self.workerID = workerID
        self.sessionID = sessionID
        self.name = name
        self.host = host
        self.processID = processID
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.peerEndpoint = peerEndpoint
        self.kernelFamily = kernelFamily
        self.softwareVersion = softwareVersion
    }

    init() { self.init(workerID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("worker_id", &workerID)
        visitor.field("session_id", &sessionID)
        visitor.field("name", &name)
        visitor.field("host", &host)
        visitor.field("process_id", &processID)
        visitor.field("cores", &cores)
        visitor.field("memory_bytes", &memoryBytes)
        visitor.field("peer_endpoint", &peerEndpoint)
        visitor.field("kernel_family", &kernelFamily)
        visitor.field("software_version", &softwareVersion)
    }
}

/// The coordinator has taken the worker in.
public struct WorkerRegistered: Sendable, Equatable, WireMessage {
    public var coordinatorID: String
    public var heartbeatIntervalMilliseconds: Int
    public var heartbeatTimeoutMilliseconds: Int

    public init(
        coordinatorID: String = "", heartbeatIntervalMilliseconds: Int = 0,
        heartbeatTimeoutMilliseconds: Int = 0
    ) {
        self.coordinatorID = coordinatorID
        self.heartbeatIntervalMilliseconds = heartbeatIntervalMilliseconds
        self.heartbeatTimeoutMilliseconds = heartbeatTimeoutMilliseconds
    }

    init() { self.init(coordinatorID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("coordinator_id", &coordinatorID)
        visitor.field("heartbeat_interval_milliseconds", &heartbeatIntervalMilliseconds)
        visitor.field("heartbeat_timeout_milliseconds", &heartbeatTimeoutMilliseconds)
    }
}

/// A worker is alive and says what it is at.
public struct Heartbeat: Sendable, Equatable, WireMessage {
    public var workerID: String
    public var sessionID: String
    /// Empty when idle.
    public var jobID: String
    public var generation: Int
    /// Idle, preparing, extracting, training, evaluating, exporting.
    public var activity: String
    public var progressDone: Int
    public var progressTotal: Int
    public var cacheBytes: Int
    /// The job whose state is held between two of its generations; empty when none's.
    public var heldJobID: String

    public init(
        workerID: String = "", sessionID: String = "", jobID: String = "", generation: Int = 0,
        activity: String = "", progressDone: Int = 0, progressTotal: Int = 0, cacheBytes: Int = 0,
        heldJobID: String = ""
    ) {
        self.workerID = workerID
        self.sessionID = sessionID
        self.jobID = jobID
        self.generation = generation
        self.activity = activity
        self.progressDone = progressDone
        self.progressTotal = progressTotal
        self.cacheBytes = cacheBytes
        self.heldJobID = heldJobID
    }

    init() { self.init(workerID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("worker_id", &workerID)
        visitor.field("session_id", &sessionID)
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("activity", &activity)
        visitor.field("progress_done", &progressDone)
        visitor.field("progress_total", &progressTotal)
        visitor.field("cache_bytes", &cacheBytes)
        visitor.field("held_job_id", &heldJobID)
    }
}

/// `known` is false where the coordinator has no such session, as after its restart: register again.
public struct HeartbeatReply: Sendable, Equatable, WireMessage {
    /// False where the coordinator has no such session: register again.
    public var known: Bool

    public init(known: Bool = false) {
        self.known = known
    }

    init() { self.init(known: false) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("known", &known)
    }
}

/// A worker goes away in an orderly manner.
public struct LeaveCluster: Sendable, Equatable, WireMessage {
    public var workerID: String
    public var sessionID: String

    public init(workerID: String = "", sessionID: String = "") {
        self.workerID = workerID
        self.sessionID = sessionID
    }

    init() { self.init(workerID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("worker_id", &workerID)
        visitor.field("session_id", &sessionID)
    }
}

/// Asks for every worker.
public struct ListWorkers: Sendable, Equatable, WireMessage {
    public init() {}

    mutating func visitFields(_ visitor: inout some FieldVisitor) {}
}

/// Every worker, in short.
public struct WorkerList: Sendable, Equatable, WireMessage {
    public var workers: [WorkerSummary]

    public init(workers: [WorkerSummary] = []) {
        self.workers = workers
    }

    init() { self.init(workers: []) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("workers", &workers)
    }
}

/// One worker, in short.
public struct WorkerSummary: Sendable, Equatable, WireMessage {
    public var workerID: String
    public var name: String
    public var host: String
    /// Idle, busy, lost; draining while it works on, then drained.
    public var state: String
    public var cores: Int
    public var memoryBytes: Int
    public var peerEndpoint: String
    public var kernelFamily: String
    public var jobID: String
    public var activity: String
    public var lastHeardMillisecondsAgo: Int
    public var cacheBytes: Int

    public init(
        workerID: String = "", name: String = "", host: String = "", state: String = "", cores: Int = 0,
        memoryBytes: Int = 0, peerEndpoint: String = "", kernelFamily: String = "", jobID: String = "",
        activity: String = "", lastHeardMillisecondsAgo: Int = 0, cacheBytes: Int = 0
    ) {
        self.workerID = workerID
        self.name = name
        self.host = host
        self.state = state
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.peerEndpoint = peerEndpoint
        self.kernelFamily = kernelFamily
        self.jobID = jobID
        self.activity = activity
        self.lastHeardMillisecondsAgo = lastHeardMillisecondsAgo
        self.cacheBytes = cacheBytes
    }

    init() { self.init(workerID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("worker_id", &workerID)
        visitor.field("name", &name)
        visitor.field("host", &host)
        visitor.field("state", &state)
        visitor.field("cores", &cores)
        visitor.field("memory_bytes", &memoryBytes)
        visitor.field("peer_endpoint", &peerEndpoint)
        visitor.field("kernel_family", &kernelFamily)
        visitor.field("job_id", &jobID)
        visitor.field("activity", &activity)
        visitor.field("last_heard_milliseconds_ago", &lastHeardMillisecondsAgo)
        visitor.field("cache_bytes", &cacheBytes)
    }
}
