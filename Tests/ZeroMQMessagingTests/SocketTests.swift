import Foundation
import Testing
import TestingSupport

@testable import ZeroMQMessaging

@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    @Test(
        "messages of every size come through, both ways", arguments: [0, 1, 1000, 16 << 10, 100_000, 8 << 20])
    func echo(size: Int) async throws {
        let context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        let dealer = try await context.connectDealer(to: router.endpoint, identity: Array("worker-1".utf8))
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await dealer.send(body)
        var requests = router.incoming.makeAsyncIterator()
        let request = try #require(await requests.next())
        #expect(request.identity == Array("worker-1".utf8) && request.body == body)
        try await router.send(request.body, to: request.identity)
        var answers = dealer.incoming.makeAsyncIterator()
        #expect(await answers.next() == body)
        await context.shutdown()
    }

    @Test(
        "an interceptor gets every message, keeps what it takes, and leaves the rest to the queue",
        arguments: [10, 100_000])
    func interceptor(size: Int) async throws {
        let context = try MessagingContext()
        let taken = Mailbox<ReceivedFrame>()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0") { frame in
            let isOdd = frame.withBytes { $0.unsafeLoad(as: UInt8.self) % 2 == 1 }
            if isOdd { taken.offer(frame) }
            return isOdd
        }
        let dealer = try await context.connectDealer(to: router.endpoint)
        for number in UInt8(0)..<6 { try await dealer.send([UInt8](repeating: number, count: size)) }
        var queue = router.incoming.makeAsyncIterator()
        for number: UInt8 in [0, 2, 4] {
            #expect(await queue.next()?.body == [UInt8](repeating: number, count: size))
        }
        var frames: [ReceivedFrame] = []
        while frames.count < 3, case .element(let frame) = await taken.next(until: .now + .seconds(30)) {
            frames.append(frame)
        }
        await context.shutdown()
        // Frames outlive the socket that they came through.
        let bodies = frames.map { $0.withBytes { bytes in bytes.withUnsafeBytes { [UInt8]($0) } } }
        #expect(bodies == [1, 3, 5].map { [UInt8](repeating: $0, count: size) })
        #expect(frames.allSatisfy { $0.byteCount == size })
    }

    @Test("port 0 gets a real port, and that port is then in use")
    func addressInUse() async throws {
        let context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        #expect(router.endpoint.hasPrefix("tcp://127.0.0.1:") && !router.endpoint.hasSuffix(":0"))
        let error = await #expect(throws: MessagingError.self) {
            _ = try await context.bindRouter(to: router.endpoint)
        }
        #expect(error?.code == .addressInUse && error?.endpoint == router.endpoint)
        #expect(error?.message.contains(router.endpoint) == true)
        await router.close()
        await context.shutdown()
    }

    /// Another process may take the port in between, so there are some tries.
    @Test("a closed socket's port is free again")
    func closedPortsAreFree() async throws {
        let context = try MessagingContext()
        var isFree = false
        for _ in 0..<5 where !isFree {
            let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
            await router.close()
            isFree = (try? await context.bindRouter(to: router.endpoint)) != nil
        }
        #expect(isFree)
        await context.shutdown()
    }

    @Test(
        "a bad endpoint is named",
        arguments: [
            ("tcp://203.0.113.7:0", MessagingError.Code.noSuchInterface), ("nonsense", .badEndpoint),
            ("tcp://127.0.0.1", .badEndpoint), ("tcp://127.0.0.1:99999", .badEndpoint),
            ("ftp://127.0.0.1:4000", .badEndpoint), ("", .badEndpoint),
        ])
    func badEndpoints(endpoint: String, code: MessagingError.Code) async throws {
        let context = try MessagingContext()
        let error = await #expect(throws: MessagingError.self) {
            _ = try await context.bindRouter(to: endpoint)
        }
        #expect(error?.code == code, "\(error?.message ?? "")")
        #expect(error?.message.contains("cannot listen at \(endpoint)") == true)
        if code == .badEndpoint {
            await #expect(throws: MessagingError.self) { _ = try await context.connectDealer(to: endpoint) }
        }
        await context.shutdown()
    }

    @Test("sending to a peer that is not there is an error that names it")
    func unknownPeer() async throws {
        let context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        let error = await #expect(throws: MessagingError.self) {
            try await router.send([1], to: Array("nobody".utf8))
        }
        #expect(error?.code == .unknownPeer && error?.message.contains("'nobody'") == true)
        await context.shutdown()
    }

    @Test("a dealer may connect first, and survives the router's restart")
    func reconnects() async throws {
        let context = try MessagingContext()
        let endpoint = "tcp://127.0.0.1:\(try FreePort.choose())"
        let dealer = try await context.connectDealer(to: endpoint)
        try await dealer.send([1])
        for round in 0..<2 {
            let router = try await bind(to: endpoint, context)
            var requests = router.incoming.makeAsyncIterator()
            let sending = Task { if round == 1 { try await sendRepeatedly(dealer, [2]) } }
            let request = try #require(await requests.next())
            sending.cancel()
            #expect(request.body == [UInt8(round + 1)])
            await router.close()
        }
        await context.shutdown()
    }

    /// The dealer notices a lost connection a little later; until then messages may get lost.
    private func sendRepeatedly(_ dealer: DealerConnection, _ body: [UInt8]) async throws {
        while !Task.isCancelled {
            try await dealer.send(body)
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func bind(to endpoint: String, _ context: MessagingContext) async throws -> RouterEndpoint {
        for _ in 0..<100 {
            if let router = try? await context.bindRouter(to: endpoint) { return router }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await context.bindRouter(to: endpoint)
    }

    @Test("a peer that comes again under its identity takes over")
    func handover() async throws {
        let context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        var requests = router.incoming.makeAsyncIterator()
        let identity = Array("same".utf8)
        let old = try await context.connectDealer(to: router.endpoint, identity: identity)
        try await old.send([1])
        #expect(await requests.next()?.body == [1])
        let new = try await context.connectDealer(to: router.endpoint, identity: identity)
        try await new.send([2])
        #expect(await requests.next()?.body == [2])
        try await router.send([3], to: identity)
        var answers = new.incoming.makeAsyncIterator()
        #expect(await answers.next() == [3])
        await old.close()
        await context.shutdown()
    }

    @Test("a dealer without a peer suspends its sender, to the deadline")
    func dealerQueueFull() async throws {
        let context = try MessagingContext()
        var options = SocketOptions()
        options.outgoingLimit = 3
        let dealer = try await context.connectDealer(to: "tcp://127.0.0.1:9", options: options)
        for _ in 0..<3 { try await dealer.send([1]) }
        let error = await #expect(throws: MessagingError.self) {
            try await dealer.send([1], deadline: .now + .milliseconds(50))
        }
        #expect(error?.code == .queueFull && error?.message.contains("tcp://127.0.0.1:9") == true)
        let task = Task { try await dealer.send([1]) }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await context.shutdown()
    }

    @Test("back-pressure reaches the sender, and nothing is lost")
    func backPressure() async throws {
        let context = try MessagingContext()
        var options = SocketOptions()
        options.incomingLimit = 8
        options.outgoingLimit = 8
        options.sendHighWaterMark = 4
        options.receiveHighWaterMark = 4
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0", options: options)
        let dealer = try await context.connectDealer(to: router.endpoint, options: options)
        let count = 300
        let sender = Task {
            for number in 0..<count {
                try await dealer.send([UInt8](repeating: UInt8(number % 251), count: 100_000))
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        var received = 0
        for await message in router.incoming {
            #expect(message.body.first == UInt8(received % 251))
            received += 1
            if received == count { break }
        }
        try await sender.value
        await context.shutdown()
    }

    @Test("a router's send to a peer that takes nothing gives up and names it; others are served")
    func routerQueueFull() async throws {
        let context = try MessagingContext()
        var options = SocketOptions()
        options.incomingLimit = 2
        options.sendHighWaterMark = 2
        options.receiveHighWaterMark = 2
        options.sendTimeout = .milliseconds(200)
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0", options: options)
        let slow = try await context.connectDealer(
            to: router.endpoint, identity: Array("slow".utf8), options: options)
        let brisk = try await context.connectDealer(to: router.endpoint, identity: Array("brisk".utf8))
        var requests = router.incoming.makeAsyncIterator()
        for dealer in [slow, brisk] {
            try await dealer.send([0])
            _ = await requests.next()
        }
        let flood = Task {
            for _ in 0..<200 {
                try await router.send([UInt8](repeating: 1, count: 1 << 20), to: Array("slow".utf8))
            }
        }
        var answers = brisk.incoming.makeAsyncIterator()
        for number in 0..<20 {
            try await router.send([UInt8(number)], to: Array("brisk".utf8))
            #expect(await answers.next() == [UInt8(number)])
        }
        let error = await #expect(throws: MessagingError.self) { try await flood.value }
        #expect(error?.code == .queueFull && error?.message.contains("'slow'") == true)
        await context.shutdown()
    }

    @Test("shutdown ends streams and senders")
    func shutdownEndsEverything() async throws {
        let context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        let dealer = try await context.connectDealer(to: "tcp://127.0.0.1:9")
        let reader = Task { for await _ in router.incoming {} }
        try await dealer.send([1])
        await context.shutdown()
        await reader.value
        await #expect(throws: MessagingError.self) { try await dealer.send([1]) }
        await #expect(throws: MessagingError.self) { try await router.send([1], to: [1]) }
        await #expect(throws: MessagingError.self) {
            _ = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        }
        await context.shutdown()
    }

    @Test func addressTowardsPeer() throws {
        #expect(try localAddress(towards: "tcp://127.0.0.1:4000") == "127.0.0.1")
        // Also where the system's first answer for localhost is ::1.
        #expect(try localAddress(towards: "tcp://localhost:4000") == "127.0.0.1")
        for endpoint in ["127.0.0.1:4000", "tcp://:80", "tcp://host", "tcp://127.0.0.1:x"] {
            #expect(throws: MessagingError.self) { try localAddress(towards: endpoint) }
        }
    }
}
