import Testing
import ZeroMQMessaging

@testable import WireProtocol

@Suite(.timeLimit(.minutes(1))) struct RequestChannelTests {
    @Test("many requests at once find their answers, in whatever order those come")
    func concurrentRequests() async throws {
        let server = try await Server { envelope in
            guard case .getJob(let request) = envelope.body else { return [] }
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...20)))
            return [envelope.reply(.jobDetail(JobDetail(reportJSON: request.jobID)))]
        }
        let channel = try await server.connect()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let reply = try await channel.request(.getJob(GetJob(jobID: "\(number)")))
                    #expect(reply == .jobDetail(JobDetail(reportJSON: "\(number)")))
                }
            }
            try await group.waitForAll()
        }
        await server.stop()
    }

    @Test("a request without an answer is sent again under the same id; a late second answer is dropped")
    func resend() async throws {
        let ids = Mailbox<String>()
        let server = try await Server { envelope in
            ids.offer(envelope.requestID)
            if ids.count < 3 { return [] }
            let answer = envelope.reply(.acknowledged(Acknowledged()))
            return [answer, answer, Envelope(body: .releaseJob(ReleaseJob(jobID: "order")))]
        }
        let channel = try await server.connect()
        let patience = RequestPatience(timeout: .milliseconds(50), deadline: .seconds(20))
        let reply = try await channel.request(.listJobs(ListJobs()), patience: patience)
        #expect(reply == .acknowledged(Acknowledged()))
        let first = ids.takeNow()
        #expect(first != nil && ids.takeNow() == first && ids.takeNow() == first)
        // The order comes through, the second answer does not.
        var orders = channel.unsolicited.makeAsyncIterator()
        #expect(await orders.next()?.body == .releaseJob(ReleaseJob(jobID: "order")))
        await server.stop()
    }

    @Test("nobody there: unreachable at the deadline, with the endpoint")
    func unreachable() async throws {
        let context = try MessagingContext()
        let connection = try await context.connectDealer(to: "tcp://127.0.0.1:9")
        let channel = RequestChannel(
            connection: connection,
            patience: RequestPatience(timeout: .milliseconds(40), deadline: .milliseconds(150)))
        let error = await #expect(throws: RequestError.self) {
            _ = try await channel.request(.listJobs(ListJobs()))
        }
        #expect(error?.code == .coordinatorUnreachable && error?.endpoint == "tcp://127.0.0.1:9")
        #expect(error?.message.contains("tcp://127.0.0.1:9") == true)
        await context.shutdown()
    }

    @Test("refusals and other versions are errors of their own")
    func refusals() async throws {
        let server = try await Server { envelope in
            switch envelope.body {
            case .listJobs:
                return [envelope.reply(.refusal(Refusal(code: "no-such-job", message: "there is none")))]
            default:
                return [
                    Envelope(
                        protocolVersion: 7, requestID: envelope.requestID, body: .acknowledged(Acknowledged())
                    )
                ]
            }
        }
        let channel = try await server.connect()
        let refused = await #expect(throws: RefusedError.self) {
            _ = try await channel.request(.listJobs(ListJobs()))
        }
        #expect(refused?.code == "no-such-job" && refused?.message == "there is none")
        let mismatch = await #expect(throws: WireError.self) {
            _ = try await channel.request(.listWorkers(ListWorkers()))
        }
        #expect(mismatch?.code == .versionMismatch && mismatch?.message.contains("version 7") == true)
        await server.stop()
    }

    @Test("closing the channel ends its requests; so does cancelling the task")
    func closing() async throws {
        let server = try await Server { _ in [] }
        let channel = try await server.connect()
        let cancelled = Task { try await channel.request(.listJobs(ListJobs())) }
        let closed = Task { try await channel.request(.listJobs(ListJobs())) }
        try await Task.sleep(for: .milliseconds(50))
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { _ = try await cancelled.value }
        await channel.close()
        let error = await #expect(throws: RequestError.self) { _ = try await closed.value }
        #expect(error?.code == .closed)
        let late = await #expect(throws: (any Error).self) {
            _ = try await channel.request(.listJobs(ListJobs()))
        }
        #expect(late != nil)
        await server.stop()
    }
}

/// Answers requests on a router, each in a task of its own.
private struct Server {
    let context: MessagingContext
    let router: RouterEndpoint

    init(_ answer: @escaping @Sendable (Envelope) async -> [Envelope]) async throws {
        context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        self.router = router
        Task {
            for await message in router.incoming {
                Task {
                    let envelope = try Envelope.decode(message.body)
                    for reply in await answer(envelope) {
                        try await router.send(try reply.encode(), to: message.identity)
                    }
                }
            }
        }
    }

    func connect() async throws -> RequestChannel {
        RequestChannel(connection: try await context.connectDealer(to: router.endpoint))
    }

    func stop() async { await context.shutdown() }
}
