import Testing
import WireProtocol
import ZeroMQMessaging

@testable import Collectives

@Suite(.timeLimit(.minutes(1))) struct ZeroMQPeerLinkTests {
    @Test("a ring over sockets sums", arguments: [1, 2, 3, 5])
    func sums(size: Int) async throws {
        let context = try MessagingContext()
        let (listeners, members) = try await listen(size, context)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (rank, listener) in listeners.enumerated() {
                group.addTask {
                    let link = try await ZeroMQPeerLink.connect(
                        listener: listener, context: context, jobID: "job", generation: 1, rank: rank,
                        members: members)
                    #expect(await link.greetPeers().isEmpty)
                    let ring = RingAllReduce(
                        jobID: "job", generation: 1, link: link,
                        options: RingOptions(chunkBytes: 4096, silenceLimit: .seconds(20)))
                    for round in 0..<8 {
                        let count = [0, 1, 5000, 9_001][round % 4]
                        let buffer = IntegerBuffer(contribution(rank: rank, count: count, round: round))
                        try await ring.allReduce(buffer)
                        #expect(buffer.results == expectedResults(size: size, count: count, round: round))
                    }
                }
            }
            try await group.waitForAll()
        }
        await context.shutdown()
    }

    @Test("a member that is not there is reported, by both endpoints")
    func deadBeforeConnect() async throws {
        let context = try MessagingContext()
        var (listeners, members) = try await listen(3, context)
        await listeners.removeLast().close()
        // And another worker has taken the second one's place.
        members[1].workerID = "worker of old"
        let link = try await ZeroMQPeerLink.connect(
            listener: listeners[0], context: context, jobID: "job", generation: 1, rank: 0, members: members)
        let problems = await link.greetPeers(
            patience: RequestPatience(timeout: .milliseconds(500), deadline: .seconds(4)))
        #expect(problems.map(\.fromEndpoint) == [members[0].endpoint, members[0].endpoint])
        #expect(Set(problems.map(\.toEndpoint)) == Set([members[1].endpoint, members[2].endpoint]))
        let absent = try #require(problems.first { $0.toEndpoint == members[2].endpoint })
        #expect(absent.reason.contains("no answer from \(members[2].endpoint)"))
        let other = try #require(problems.first { $0.toEndpoint == members[1].endpoint })
        #expect(other.reason.contains("worker-1") && other.reason.contains("worker of old"))
        await context.shutdown()
    }

    @Test("a member whose endpoint is none is reported like one that does not answer")
    func badEndpoint() async throws {
        let context = try MessagingContext()
        var (listeners, members) = try await listen(2, context)
        members[1].endpoint = "tcp://fd00::2"
        let link = try await ZeroMQPeerLink.connect(
            listener: listeners[0], context: context, jobID: "job", generation: 1, rank: 0, members: members)
        let problems = await link.greetPeers()
        #expect(problems.map(\.toEndpoint) == ["tcp://fd00::2"])
        #expect(problems.first?.reason.contains("cannot connect to tcp://fd00::2") == true)
        let error = await #expect(throws: CollectiveError.self) {
            try await link.send(GradientChunk(jobID: "job"), toRank: 1, deadline: .now + .seconds(1))
        }
        #expect(error?.peerRank == 1)
        await context.shutdown()
    }

    @Test("a listener answers while its worker computes, and not when it is gone")
    func answering() async throws {
        let context = try MessagingContext()
        let (listeners, members) = try await listen(2, context)
        let link = try await ZeroMQPeerLink.connect(
            listener: listeners[0], context: context, jobID: "job", generation: 1, rank: 0, members: members)
        #expect(await link.answers(rank: 1, within: .seconds(10)))
        await listeners[1].close()
        #expect(await !link.answers(rank: 1, within: .milliseconds(100)))
        await context.shutdown()
    }

    @Test("questions that take long hold up no greeting; those that get no answer end at the deadline")
    func questions() async throws {
        let context = try MessagingContext()
        let asked = Mailbox<Void>()
        let release = Mailbox<Void>()
        let asker = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-0", context: context)
        let answerer = try await PeerListener.bind(
            to: "tcp://127.0.0.1:0", workerID: "worker-1", context: context
        ) { question in
            guard case .getJob(let question) = question else { return nil }
            asked.offer(())
            _ = await release.next(until: .now + .seconds(30))
            return .jobDetail(JobDetail(reportJSON: question.jobID))
        }
        let members = [asker, answerer].enumerated().map {
            Member(rank: $0, workerID: "worker-\($0)", name: "", endpoint: $1.endpoint)
        }
        let link = try await ZeroMQPeerLink.connect(
            listener: asker, context: context, jobID: "job", generation: 1, rank: 0, members: members)
        let patience = RequestPatience(timeout: .seconds(20), deadline: .seconds(30))
        let answer = Task { try await link.ask(.getJob(GetJob(jobID: "x")), rank: 1, patience: patience) }
        _ = await asked.next(until: .now + .seconds(30))
        #expect(await link.answers(rank: 1, within: .seconds(20)))
        release.offer(())
        #expect(try await answer.value == .jobDetail(JobDetail(reportJSON: "x")))
        let error = await #expect(throws: RequestError.self) {
            _ = try await link.ask(
                .listJobs(ListJobs()), rank: 1,
                patience: RequestPatience(timeout: .milliseconds(50), deadline: .milliseconds(200)))
        }
        #expect(error?.code == .coordinatorUnreachable)
        await #expect(throws: RequestError.self) {
            _ = try await link.ask(.listJobs(ListJobs()), rank: 0, patience: patience)
        }
        await context.shutdown()
    }

    @Test("a member that dies between two chunks is named after the silence limit")
    func deadMidway() async throws {
        let context = try MessagingContext()
        let (listeners, members) = try await listen(2, context)
        let other = try MessagingContext()
        let options = RingOptions(chunkBytes: 64, window: 2, silenceLimit: .milliseconds(300))
        let survivor = try await ZeroMQPeerLink.connect(
            listener: listeners[0], context: context, jobID: "job", generation: 0, rank: 0, members: members)
        let victim = try await ZeroMQPeerLink.connect(
            listener: listeners[1], context: other, jobID: "job", generation: 0, rank: 1, members: members)
        let dying = Task {
            // Takes one chunk, answers with one, and is gone with its sockets.
            _ = try await victim.receive(deadline: .now + .seconds(10))
            try await victim.send(
                GradientChunk(
                    jobID: "job", fromRank: 1, offset: 500, count: 8, data: [UInt8](repeating: 0, count: 64)),
                toRank: 0, deadline: .now + .seconds(10))
            try await Task.sleep(for: .milliseconds(50))
            await other.shutdown()
            await listeners[1].close()
        }
        let ring = RingAllReduce(jobID: "job", generation: 0, link: survivor, options: options)
        let error = await #expect(throws: CollectiveError.self) {
            try await ring.allReduce(IntegerBuffer(contribution(rank: 0, count: 1000, round: 0)))
        }
        #expect(error?.code == .peerSilent && error?.peerRank == 1, "\(error?.message ?? "")")
        #expect(error?.message.contains(members[1].endpoint) == true)
        try await dying.value
        await context.shutdown()
    }

    @Test("closing a link ends its waits; ranks must make a ring")
    func closing() async throws {
        let context = try MessagingContext()
        let (listeners, members) = try await listen(2, context)
        let link = try await ZeroMQPeerLink.connect(
            listener: listeners[0], context: context, jobID: "job", generation: 0, rank: 0, members: members)
        let waiting = Task { try await link.receive(deadline: .now + .seconds(30)) }
        try await Task.sleep(for: .milliseconds(20))
        await link.close()
        let error = await #expect(throws: CollectiveError.self) { _ = try await waiting.value }
        #expect(error?.code == .closed)
        await #expect(throws: CollectiveError.self) {
            _ = try await ZeroMQPeerLink.connect(
                listener: listeners[0], context: context, jobID: "job", generation: 0, rank: 2,
                members: members)
        }
        await context.shutdown()
    }

    private func listen(
        _ size: Int, _ context: MessagingContext
    ) async throws -> ([PeerListener], [Member]) {
        var listeners: [PeerListener] = []
        for rank in 0..<size {
            listeners.append(
                try await PeerListener.bind(
                    to: "tcp://127.0.0.1:0", workerID: "worker-\(rank)", context: context))
        }
        let members = listeners.enumerated().map {
            Member(rank: $0, workerID: "worker-\($0)", name: "host-\($0)", endpoint: $1.endpoint)
        }
        return (listeners, members)
    }
}
