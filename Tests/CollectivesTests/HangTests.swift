import Testing
import WireProtocol
import ZeroMQMessaging

@testable import Collectives

/// Peers that make other engines wait for ever, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct HangTests {
    private let options = RingOptions(chunkBytes: 64 << 10, silenceLimit: .milliseconds(500))

    private func members(_ listener: PeerListener, _ other: String) -> [Member] {
        [
            Member(rank: 0, workerID: "worker-0", name: "survivor", endpoint: listener.endpoint),
            Member(rank: 1, workerID: "worker-1", name: "victim", endpoint: other),
        ]
    }

    @Test("a peer that is dead before anybody connects")
    func deadBeforeConnect() async throws {
        let context = try MessagingContext()
        let listener = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-0", context: context)
        let gone = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-1", context: context)
        await gone.close()
        let link = try await ZeroMQPeerLink.connect(
            listener: listener, context: context, jobID: "job", generation: 0, rank: 0,
            members: members(listener, gone.endpoint))
        let ring = RingAllReduce(jobID: "job", generation: 0, link: link, options: options)
        let error = await #expect(throws: CollectiveError.self) {
            try await ring.allReduce(IntegerBuffer(contribution(rank: 0, count: 100_000, round: 0)))
        }
        #expect(error?.code == .peerSilent && error?.peerRank == 1)
        await context.shutdown()
    }

    enum Stop: CaseIterable {
        case inGreeting, inFrame, betweenFrames, afterMessage
    }

    @Test("a peer that stops in mid-message, its connection open", arguments: Stop.allCases)
    func stopsInMidMessage(stop: Stop) async throws {
        let context = try MessagingContext()
        let listener = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-0", context: context)
        let victim = try StoppedPeer(connectingTo: listener.endpoint)
        let members = members(listener, victim.endpoint)
        let link = try await ZeroMQPeerLink.connect(
            listener: listener, context: context, jobID: "job", generation: 0, rank: 0, members: members)
        let sums = contribution(rank: 1, count: 8192, round: 0)
        let chunk = WireBody.gradientChunk(
            GradientChunk(
                jobID: "job", fromRank: 1, offset: 8192, count: 8192,
                data: sums.flatMap { sum in (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) } }))
        if stop != .inGreeting {
            try victim.shakeHands()
            // A whole one first: what follows is understood, too.
            try victim.send(chunk)
            let whole = try await link.receive(deadline: .now + .seconds(30))
            #expect(whole?.count == 8192)
        }
        switch stop {
        case .inGreeting, .afterMessage: break
        case .inFrame: try victim.send(chunk, share: 0.5)
        case .betweenFrames: try victim.send(chunk, more: true)
        }

        let ring = RingAllReduce(jobID: "job", generation: 0, link: link, options: options)
        let error = await #expect(throws: CollectiveError.self) {
            try await ring.allReduce(IntegerBuffer(contribution(rank: 0, count: 16_384, round: 0)))
        }
        #expect(error?.code == .peerSilent && error?.peerRank == 1, "\(error?.message ?? "")")
        #expect(error?.message.contains("does not answer") == true)

        // Others are served meanwhile.
        let visitor = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "visitor", context: context)
        var ranks = self.members(listener, visitor.endpoint)
        ranks[1].workerID = "visitor"
        let greeting = try await ZeroMQPeerLink.connect(
            listener: visitor, context: context, jobID: "other", generation: 0, rank: 1, members: ranks)
        #expect(await greeting.greetPeers().isEmpty)
        await context.shutdown()
        withExtendedLifetime(victim) {}
    }

    @Test("a worker that comes back under its name, while messages of its old process still come")
    func rejoin() async throws {
        let context = try MessagingContext()
        let survivor = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-0", context: context)
        let old = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-1", context: context)
        let new = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-1", context: context)
        let ghost = try await ZeroMQPeerLink.connect(
            listener: old, context: context, jobID: "job", generation: 1, rank: 1,
            members: members(survivor, old.endpoint))
        // The old process goes on with the old generation, and does not know that it is over.
        let haunting = Task {
            var sent = 0
            while !Task.isCancelled {
                try await ghost.send(
                    GradientChunk(
                        jobID: "job", generation: 1, fromRank: 1, count: 1,
                        data: [UInt8](repeating: 9, count: 8)),
                    toRank: 0, deadline: .now + .seconds(5))
                sent += 1
                await Task.yield()
            }
            return sent
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (rank, listener) in [survivor, new].enumerated() {
                group.addTask {
                    let link = try await ZeroMQPeerLink.connect(
                        listener: listener, context: context, jobID: "job", generation: 2, rank: rank,
                        members: members(survivor, new.endpoint))
                    #expect(await link.greetPeers().isEmpty)
                    let ring = RingAllReduce(
                        jobID: "job", generation: 2, link: link,
                        options: RingOptions(chunkBytes: 4096, silenceLimit: .seconds(20)))
                    for round in 0..<20 {
                        let buffer = IntegerBuffer(contribution(rank: rank, count: 5000, round: round))
                        try await ring.allReduce(buffer)
                        #expect(buffer.results == expectedResults(size: 2, count: 5000, round: round))
                    }
                }
            }
            try await group.waitForAll()
        }
        haunting.cancel()
        let sent = try? await haunting.value
        #expect(sent ?? 1 > 0)
        await context.shutdown()
    }
}
