import Collectives
import Synchronization
import WireProtocol
import ZeroMQMessaging

/// This worker's connections to the other members of one generation: the ring's link over ZeroMQ.
final class PeerRing: PeerLink {
    let rank: Int
    let members: [Member]
    private let generation: Generation
    private let channels: [Int: RequestChannel]
    private let chunks: Mailbox<GradientChunk>
    private let endpoint: PeerEndpoint
    private let sent = Mutex(0)

    var size: Int { members.count }

    /// Bytes of chunks sent so far.
    var sentBytes: Int { sent.withLock { $0 } }

    /// Opens a connection to every other member; they are made in the background.
    init(
        context: MessagingContext, endpoint: PeerEndpoint, generation: Generation, rank: Int,
        members: [Member]
    ) async throws {
        self.rank = rank
        self.members = members
        self.generation = generation
        self.endpoint = endpoint
        chunks = endpoint.sorter.open(generation)
        var channels: [Int: RequestChannel] = [:]
        for member in members where member.rank != rank {
            channels[member.rank] = RequestChannel(
                connection: try await context.connectDealer(to: member.endpoint),
                patience: RequestPatience(timeout: .seconds(1), deadline: .seconds(10)))
        }
        self.channels = channels
    }

    /// Greets every other member, all at once.
    ///
    /// - Returns: those that did not answer, or are not who the coordinator says, and why.
    func greet(from ownEndpoint: String) async throws -> [PeerProblem] {
        try await withThrowingTaskGroup(of: PeerProblem?.self) { group in
            for member in members where member.rank != rank {
                group.addTask { try await self.greet(member, from: ownEndpoint) }
            }
            var problems: [PeerProblem] = []
            for try await problem in group {
                if let problem { problems.append(problem) }
            }
            return problems.sorted { $0.toEndpoint < $1.toEndpoint }
        }
    }

    private func greet(_ member: Member, from ownEndpoint: String) async throws -> PeerProblem? {
        func problem(_ reason: String) -> PeerProblem {
            PeerProblem(fromEndpoint: ownEndpoint, toEndpoint: member.endpoint, reason: reason)
        }
        let hello = PeerHello(
            jobID: generation.jobID, generation: generation.number, rank: rank, endpoint: ownEndpoint)
        do {
            guard
                case .peerHelloReply(let reply)? = try await channels[member.rank]?.request(.peerHello(hello))
            else { return problem("something other than a worker answers there") }
            return reply.workerID == member.workerID
                ? nil : problem("another worker answers there, not \"\(member.name)\"")
        } catch let error as CancellationError {
            throw error
        } catch {
            return problem("\(error)")
        }
    }

    // MARK: - PeerLink

    func name(ofRank rank: Int) -> String {
        members.first { $0.rank == rank }.map { "\($0.name) (\($0.endpoint))" } ?? "rank \(rank)"
    }

    func workerID(ofRank rank: Int) -> String { members.first { $0.rank == rank }?.workerID ?? "" }

    func send(_ chunk: GradientChunk, toRank rank: Int, deadline: ContinuousClock.Instant) async throws {
        guard let channel = channels[rank] else { return }
        do {
            try await channel.send(Envelope(body: .gradientChunk(chunk)), deadline: deadline)
            sent.withLock { $0 += chunk.data.count }
        } catch let error as MessagingError {
            let name = name(ofRank: rank)
            throw error.code == .queueFull
                ? CollectiveError(
                    .peerSilent, "\(name) takes no gradients: \(error.message)", peerRank: rank,
                    peerName: name)
                : CollectiveError(
                    .closed, "the connection to \(name) is closed", peerRank: rank, peerName: name)
        }
    }

    func receive(deadline: ContinuousClock.Instant) async throws -> GradientChunk? {
        switch await chunks.next(until: deadline) {
        case .element(let chunk): return chunk
        case .timedOut: return nil
        case .finished:
            try Task.checkCancellation()
            throw CollectiveError(.closed, "the ring of generation \(generation.number) is closed")
        }
    }

    func close() async {
        endpoint.sorter.close(generation)
        for channel in channels.values { await channel.close() }
    }
}
