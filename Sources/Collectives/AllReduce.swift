import WireProtocol

/// One member's part in summing buffer after buffer over all members of a generation, by the fastest way that
/// there is: shared memory among members of one host, a ring over the link between hosts.
///
/// All members make the same calls in the same order, with buffers of the same length. Belongs to one task or
/// actor at a time; while it waits for members of its host it may hold the calling thread for 2 ms at a time, so
/// that thread should be one that computes, not one of Swift's pool. After an error the members no longer
/// agree on what has been summed, and only the next generation's can go on.
public final class AllReduce {
    private enum Way {
        case ring(RingAllReduce)
        case sharedMemory(SharedMemoryAllReduce)
        case hierarchy(HierarchicalAllReduce)
    }

    private let jobID: String
    private let generation: Int
    private let link: any PeerLink
    private let options: RingOptions
    private let sharing: HostSharing
    private let layout: SegmentLayout
    private let report: @Sendable (String) -> Void
    private var way: Way?
    private var sequence = 0
    private var isBroken = false

    /// - Parameter report: is told once, before the first collective, how members exchange, and why where memory
    ///   cannot be shared.
    public convenience init(
        jobID: String, generation: Int, link: any PeerLink, options: RingOptions = RingOptions(),
        sharing: HostSharing = .standard, report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.init(
            jobID: jobID, generation: generation, link: link, options: options, sharing: sharing,
            layout: SegmentLayout(), report: report)
    }

    init(
        jobID: String, generation: Int, link: any PeerLink, options: RingOptions, sharing: HostSharing,
        layout: SegmentLayout, report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.jobID = jobID
        self.generation = generation
        self.link = link
        self.options = options
        self.sharing = sharing
        self.layout = layout
        self.report = report
    }

    /// Bytes that this member has handed to others so far, through sockets or memory.
    public var sentBytes: Int {
        switch way {
        case .ring(let ring): ring.sentBytes
        case .sharedMemory(let memory): memory.sentBytes
        case .hierarchy(let hierarchy): hierarchy.sentBytes
        case nil: 0
        }
    }

    /// Sums a buffer over all members; every member ends with the same results.
    ///
    /// - Throws: `CollectiveError`: `.peerSilent`, naming the peer, when a member's process has ended, or when
    ///   nothing has come from it for `RingOptions.silenceLimit` and it does not answer either, or for
    ///   `stallLimit` though it answers; `.protocolViolation`, `.closed`, `.broken`. What the buffer throws.
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
        switch try await chosenWay(isolation: isolation) {
        case .ring(let ring): try await ring.allReduce(buffer, isolation: isolation)
        case .sharedMemory(let memory): try await memory.allReduce(buffer, sequence: sequence)
        case .hierarchy(let hierarchy):
            try await hierarchy.allReduce(buffer, sequence: sequence, isolation: isolation)
        }
        sequence += 1
        isBroken = false
    }

    private func chosenWay(isolation: isolated (any Actor)?) async throws -> Way {
        if let way { return way }
        let way = try await chooseWay(isolation: isolation)
        self.way = way
        return way
    }

    private func chooseWay(isolation: isolated (any Actor)?) async throws -> Way {
        if link.size == 1 { return .ring(ring(over: link)) }
        let outcome = try await HostAgreement(
            jobID: jobID, generation: generation, link: link, sharing: sharing, options: options,
            layout: layout
        ).reach()
        if let obstacle = outcome.obstacle { report(obstacle) }
        if outcome.groups.count == 1, let group = outcome.memory {
            report("the \(link.size) members exchange through shared memory")
            return .sharedMemory(SharedMemoryAllReduce(group: group))
        }
        if outcome.groups.count == link.size {
            report("the \(link.size) members exchange through sockets")
            return .ring(ring(over: link, early: outcome.early))
        }
        report("the \(link.size) members exchange through shared memory on \(outcome.groups.count) hosts")
        let leaders = outcome.groups.map { $0[0] }
        let leads = leaders.contains(link.rank)
        return .hierarchy(
            HierarchicalAllReduce(
                group: outcome.memory,
                ring: leads
                    ? ring(over: SubsetPeerLink(link, members: leaders), early: outcome.early) : nil))
    }

    private func ring(over link: any PeerLink, early: [GradientChunk] = []) -> RingAllReduce {
        RingAllReduce(
            jobID: jobID, generation: generation, link: link, options: options, early: early)
    }
}
