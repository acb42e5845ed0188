import WireProtocol

/// How a ring cuts and paces its chunks. The same on every member.
public struct RingOptions: Sendable, Equatable {
    /// Bytes of sums in a chunk at the most; see `RingPlan`.
    public var chunkBytes: Int
    /// Chunks that a member may have sent beyond those that it has received.
    public var window: Int
    /// How long a peer may be silent, at the most, before it is asked whether it lives. One that does not answer is
    /// lost; one that does is computing, or waits itself. `PeerPatience` shortens it as peers are measured.
    public var silenceLimit: Duration
    /// How long a peer that answers may go without sending, at the most, before the collective gives up.
    public var stallLimit: Duration

    /// - Parameter stallLimit: `nil` for 20 times the silence limit.
    public init(
        chunkBytes: Int = 512 << 10, window: Int = 8, silenceLimit: Duration = .seconds(30),
        stallLimit: Duration? = nil
    ) {
        self.chunkBytes = max(1, chunkBytes)
        self.window = max(1, window)
        self.silenceLimit = silenceLimit
        self.stallLimit = max(silenceLimit, stallLimit ?? silenceLimit * 20)
    }
}

/// One member's place in a ring, over which it sums buffer after buffer.
///
/// All members make the same calls in the same order, with buffers of the same length. Belongs to one task or
/// actor at a time. After an error the ring is broken: the members no longer agree on what has been summed, and
/// only the next generation's ring can go on.
public final class RingAllReduce {
    /// Bytes of chunks' data that this member has sent so far.
    public private(set) var sentBytes = 0
    private let jobID: String
    private let generation: Int
    private let link: any PeerLink
    private let options: RingOptions
    private var sequence = 0
    private var isBroken = false
    private var patience: PeerPatience
    /// Chunks of the next collective, from a predecessor that is through with this one.
    private var early: [GradientChunk]

    public convenience init(
        jobID: String, generation: Int, link: any PeerLink, options: RingOptions = RingOptions()
    ) {
        self.init(jobID: jobID, generation: generation, link: link, options: options, early: [])
    }

    /// - Parameter early: chunks of this ring that came before it was made.
    init(jobID: String, generation: Int, link: any PeerLink, options: RingOptions, early: [GradientChunk]) {
        self.early = early
        self.jobID = jobID
        self.generation = generation
        self.link = link
        self.options = options
        patience = PeerPatience(options)
    }

    private var predecessor: Int { (link.rank + link.size - 1) % link.size }
    private var successor: Int { (link.rank + 1) % link.size }

    /// Sums a buffer over all members; every member ends with the same results.
    ///
    /// - Throws: `CollectiveError`: `.peerSilent`, naming the peer, when nothing has come from a neighbour for
    ///   longer than is usual and it does not answer either, when nothing has come for far longer, or when it takes
    ///   nothing for `RingOptions.silenceLimit`; `.protocolViolation`, `.closed`, `.broken`. What the buffer throws.
    ///   `CancellationError`.
    public func allReduce(
        _ buffer: any ReductionBuffer, isolation: isolated (any Actor)? = #isolation
    ) async throws {
        if isBroken {
            throw CollectiveError(
                .broken,
                "an earlier all-reduce of \(jobID), generation \(generation), failed: start the next one")
        }
        isBroken = true
        try await run(buffer, isolation: isolation)
        if buffer.endsStep { patience.endStep() }
        sequence += 1
        isBroken = false
    }

    private func run(_ buffer: any ReductionBuffer, isolation: isolated (any Actor)?) async throws {
        var machine = RingAllReduceMachine(
            count: buffer.count, rank: link.rank, size: link.size, sumElementBytes: buffer.sumElementBytes,
            smallestSumElementBytes: buffer.smallestSumElementBytes,
            resultElementBytes: buffer.resultElementBytes, options: options)
        try await carryOut(machine.start(), buffer, isolation: isolation)
        let waiting = early
        early = []
        for chunk in waiting {
            try await carryOut(try machine.receive(chunk), buffer, isolation: isolation)
        }
        while !machine.isComplete {
            guard let chunk = try await nextChunk(isolation: isolation) else { continue }
            try await carryOut(try machine.receive(chunk), buffer, isolation: isolation)
        }
    }

    /// The next chunk of this collective; nil where one came that is not for it.
    private func nextChunk(isolation: isolated (any Actor)?) async throws -> GradientChunk? {
        let start = ContinuousClock.now
        let end = start + patience.stallLimit
        var deadline = start + patience.silenceLimit
        while true {
            guard let chunk = try await link.receive(deadline: deadline) else {
                try await requireLife(since: start, before: end, isolation: isolation)
                deadline = min(end, .now + patience.silenceLimit)
                continue
            }
            patience.waited(start.duration(to: .now))
            // Left over from another generation or job.
            guard chunk.jobID == jobID, chunk.generation == generation else { continue }
            // A repeat of what the members agreed on before the first collective.
            if chunk.phase == HostAgreement.phase { continue }
            // A repeat of what is done.
            if chunk.sequence < sequence { continue }
            if chunk.sequence == sequence { return chunk }
            try keepEarly(chunk)
            return nil
        }
    }

    /// A member sends nothing while it computes, however long that takes, but answers greetings.
    private func requireLife(
        since start: ContinuousClock.Instant, before end: ContinuousClock.Instant,
        isolation: isolated (any Actor)?
    ) async throws {
        let asked = ContinuousClock.now
        guard asked < end else { throw silence(since: start, answers: true) }
        let answers = await link.answers(rank: predecessor, within: patience.answerLimit)
        try Task.checkCancellation()
        if !answers { throw silence(since: start, answers: false) }
        patience.answered(after: asked.duration(to: .now))
    }

    private func keepEarly(_ chunk: GradientChunk) throws {
        // Without this member nobody can get further than the next collective, nor send more than the window
        // for each member; repeats may double that.
        guard chunk.sequence == sequence + 1, early.count < 2 * options.window * link.size + 64 else {
            throw CollectiveError(
                .protocolViolation,
                "\(link.name(ofRank: predecessor)) is at all-reduce \(chunk.sequence) and sends without end, "
                    + "while this member is at \(sequence)",
                peerRank: predecessor, peerName: link.name(ofRank: predecessor))
        }
        early.append(chunk)
    }

    private func silence(since start: ContinuousClock.Instant, answers: Bool) -> CollectiveError {
        let milliseconds = start.duration(to: .now) / .milliseconds(1)
        let name = link.name(ofRank: predecessor)
        let reason =
            answers
            ? "though it answers: it is stuck, or waits itself for a member before it in the ring"
            : "and does not answer: it is gone or cut off"
        return CollectiveError(
            .peerSilent,
            "\(name) (rank \(predecessor)) has sent nothing for \(Int(milliseconds)) ms, \(reason)",
            peerRank: predecessor, peerName: name)
    }

    private func carryOut(
        _ directives: [RingDirective], _ buffer: any ReductionBuffer, isolation: isolated (any Actor)?
    ) async throws {
        for directive in directives {
            switch directive {
            case .accumulate(let data, let range):
                try data.withBytes { try buffer.accumulate($0, into: range) }
            case .finish(let range): try buffer.finish(range)
            case .finishAdding(let data, let range):
                try data.withBytes { try buffer.finish(range, adding: $0) }
            case .writeResult(let data, let range):
                try data.withBytes { try buffer.writeResult($0, into: range) }
            case .send(let phase, let hop, let range):
                try await send(phase, hop, range, of: buffer, isolation: isolation)
            }
        }
    }

    private func send(
        _ phase: RingPhase, _ hop: Int, _ range: Range<Int>, of buffer: any ReductionBuffer,
        isolation: isolated (any Actor)?
    ) async throws {
        let chunk = GradientChunk(
            jobID: jobID, generation: generation, sequence: sequence, fromRank: link.rank,
            phase: phase.rawValue, hop: hop, offset: range.lowerBound, count: range.count)
        let width =
            range.isEmpty
            ? 0 : phase == .reduceScatter ? try buffer.sumBytes(range) : buffer.resultElementBytes
        let deadline = ContinuousClock.now + options.silenceLimit
        try await link.send(
            chunk, dataBytes: range.count * width, toRank: successor, deadline: deadline
        ) { data in
            if range.isEmpty { return }
            switch phase {
            case .reduceScatter: try buffer.read(range, into: &data)
            case .allGather: try buffer.readResult(range, into: &data)
            }
        }
        sentBytes += range.count * width
    }
}
