/// One member greets another, to see that they can talk.
public struct PeerHello: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    public var rank: Int
    public var endpoint: String

    public init(jobID: String = "", generation: Int = 0, rank: Int = 0, endpoint: String = "") {
        self.jobID = jobID
        self.generation = generation
        self.rank = rank
        self.endpoint = endpoint
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("rank", &rank)
        visitor.field("endpoint", &endpoint)
    }
}

/// The greeting's answer: who is there.
public struct PeerHelloReply: Sendable, Equatable, WireMessage {
    public var workerID: String

    public init(workerID: String = "") {
        self.workerID = workerID
    }

    init() { self.init(workerID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("worker_id", &workerID)
    }
}

/// One chunk of one segment of one bucket in the ring.
public struct GradientChunk: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var generation: Int
    /// Of the collective within the generation: the same on every member.
    public var sequence: Int
    public var fromRank: Int
    /// 0 reduce-scatter (sums), 1 all-gather (results), 2 who shares memory with whom.
    public var phase: Int
    /// 0 … size-2; in phase 2, 0 offers a segment, 1 says which were opened.
    public var hop: Int
    /// First element, in the whole buffer.
    public var offset: Int
    /// Elements.
    public var count: Int
    /// Sums or results of those elements.
    public var data: MessageBytes

    public init(
        jobID: String = "", generation: Int = 0, sequence: Int = 0, fromRank: Int = 0, phase: Int = 0,
        hop: Int = 0, offset: Int = 0, count: Int = 0, data: [UInt8] = []
    ) {
        self.jobID = jobID
        self.generation = generation
        self.sequence = sequence
        self.fromRank = fromRank
        self.phase = phase
        self.hop = hop
        self.offset = offset
        self.count = count
        self.data = MessageBytes(data)
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("generation", &generation)
        visitor.field("sequence", &sequence)
        visitor.field("from_rank", &fromRank)
        visitor.field("phase", &phase)
        visitor.field("hop", &hop)
        visitor.field("offset", &offset)
        visitor.field("count", &count)
        visitor.field("data", &data)
    }
}
