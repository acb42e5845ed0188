import WireProtocol
import ZeroMQMessaging

/// A ring's link over ZeroMQ: receives through the worker's `PeerListener`, sends through one connection to
/// each other member.
public final class ZeroMQPeerLink: PeerLink {
    public let rank: Int
    public var size: Int { members.count }
    private let members: [Member]
    private let ring: ChunkExchange.Ring
    private let listener: PeerListener
    private let mailbox: Mailbox<GradientChunk>
    private let channels: [Int: RequestChannel]
    /// Why there is no channel to a member: its endpoint cannot be used.
    private let obstacles: [Int: String]

    /// Makes this member's link. Connections are made in the background; `greetPeers` tells whether they can be,
    /// also of members whose endpoint is none.
    ///
    /// - Parameters:
    ///   - members: all of the generation's, this one included, with ranks 0 and up, each once.
    /// - Throws: `CollectiveError.protocolViolation` where the members are not a ring; `MessagingError` where the
    ///   context is shut down.
    public static func connect(
        listener: PeerListener, context: MessagingContext, jobID: String, generation: Int, rank: Int,
        members: [Member], options: SocketOptions = SocketOptions()
    ) async throws -> ZeroMQPeerLink {
        let members = members.sorted { $0.rank < $1.rank }
        guard members.map(\.rank) == Array(0..<members.count), members.indices.contains(rank) else {
            throw CollectiveError(
                .protocolViolation,
                "the members of \(jobID), generation \(generation), have ranks \(members.map(\.rank)), this one "
                    + "\(rank): they must be 0 to the last, each once, and this one among them")
        }
        var channels: [Int: RequestChannel] = [:]
        var obstacles: [Int: String] = [:]
        do {
            for member in members where member.rank != rank {
                do {
                    let connection = try await context.connectDealer(to: member.endpoint, options: options)
                    channels[member.rank] = RequestChannel(connection: connection)
                } catch let error as MessagingError where error.code != .closed {
                    obstacles[member.rank] = error.message
                }
            }
        } catch {
            for channel in channels.values { await channel.close() }
            throw error
        }
        return ZeroMQPeerLink(
            listener: listener, ring: ChunkExchange.Ring(jobID: jobID, generation: generation), rank: rank,
            members: members, channels: channels, obstacles: obstacles)
    }

    private init(
        listener: PeerListener, ring: ChunkExchange.Ring, rank: Int, members: [Member],
        channels: [Int: RequestChannel], obstacles: [Int: String]
    ) {
        self.listener = listener
        self.ring = ring
        self.rank = rank
        self.members = members
        self.channels = channels
        self.obstacles = obstacles
        mailbox = listener.exchange.open(ring)
    }

    deinit {
        listener.exchange.close(ring, mailbox)
    }

    public func name(ofRank rank: Int) -> String {
        guard members.indices.contains(rank) else { return "rank \(rank)" }
        let member = members[rank]
        return "\(member.name.isEmpty ? member.workerID : member.name) at \(member.endpoint)"
    }

    /// Greets every other member and waits for the answers, all at once.
    ///
    /// - Returns: a problem for each member that this one cannot talk to; empty when all is well.
    public func greetPeers(
        patience: RequestPatience = RequestPatience(timeout: .seconds(1), deadline: .seconds(10))
    ) async -> [PeerProblem] {
        await withTaskGroup(of: PeerProblem?.self) { group in
            for member in members where member.rank != rank {
                group.addTask { await self.greet(member, patience: patience) }
            }
            var problems: [PeerProblem] = []
            for await problem in group {
                if let problem { problems.append(problem) }
            }
            return problems.sorted { $0.toEndpoint < $1.toEndpoint }
        }
    }

    private func greet(_ member: Member, patience: RequestPatience) async -> PeerProblem? {
        guard let channel = channels[member.rank] else {
            return problem(member, obstacles[member.rank] ?? "it has no endpoint")
        }
        let hello = PeerHello(
            jobID: ring.jobID, generation: ring.generation, rank: rank, endpoint: listener.endpoint)
        do {
            let reply = try await channel.request(.peerHello(hello), patience: patience)
            guard case .peerHelloReply(let answer) = reply else {
                throw RequestError.unexpectedReply(reply, to: "peer_hello", endpoint: member.endpoint)
            }
            if answer.workerID == member.workerID { return nil }
            return problem(
                member,
                "worker \(answer.workerID) answers there, not \(member.workerID): do two share an address?")
        } catch {
            return problem(member, String(describing: error))
        }
    }

    private func problem(_ member: Member, _ reason: String) -> PeerProblem {
        PeerProblem(fromEndpoint: members[rank].endpoint, toEndpoint: member.endpoint, reason: reason)
    }

    public nonisolated(nonsending) func send(
        _ chunk: GradientChunk, dataBytes byteCount: Int, toRank rank: Int, deadline: ContinuousClock.Instant,
        fill: (inout MutableRawSpan) throws -> Void
    ) async throws {
        guard let channel = channels[rank] else {
            throw CollectiveError(
                .protocolViolation,
                "there is no way to send to rank \(rank): \(obstacles[rank] ?? "it is no other member")",
                peerRank: rank)
        }
        let message = try Envelope(body: .gradientChunk(chunk)).encode(dataBytes: byteCount, fill: fill)
        do {
            try await channel.send(encoded: message, deadline: deadline)
        } catch let error as MessagingError {
            let name = name(ofRank: rank)
            if error.code == .queueFull {
                throw CollectiveError(
                    .peerSilent, "\(name) (rank \(rank)) takes no chunks: it is gone or stuck",
                    peerRank: rank, peerName: name)
            }
            throw CollectiveError(.closed, "the link to \(name) is closed", peerRank: rank, peerName: name)
        }
    }

    public nonisolated(nonsending) func receive(deadline: ContinuousClock.Instant) async throws
        -> GradientChunk?
    {
        switch await mailbox.next(until: deadline) {
        case .element(let chunk): return chunk
        case .timedOut: return nil
        case .finished:
            try Task.checkCancellation()
            throw CollectiveError(
                .closed, "the link of \(ring.jobID), generation \(ring.generation), is closed")
        }
    }

    public nonisolated(nonsending) func answers(rank: Int, within time: Duration) async -> Bool {
        guard members.indices.contains(rank) else { return false }
        // Asked three times, should one greeting get lost with a connection.
        return await greet(members[rank], patience: RequestPatience(timeout: time / 3, deadline: time)) == nil
    }

    /// Asks another member something that its worker answers, see `PeerListener`.
    ///
    /// - Throws: `RequestError` where it does not answer or there is no way to it; `RefusedError`; `WireError`;
    ///   `CancellationError`.
    public func ask(_ question: WireBody, rank: Int, patience: RequestPatience) async throws -> WireBody {
        guard let channel = channels[rank] else {
            throw RequestError(
                .closed, "there is no way to \(name(ofRank: rank)): \(obstacles[rank] ?? "no other member")",
                endpoint: members.indices.contains(rank) ? members[rank].endpoint : "")
        }
        return try await channel.request(question, patience: patience)
    }

    public func close() async {
        listener.exchange.close(ring, mailbox)
        for channel in channels.values { await channel.close() }
    }
}
