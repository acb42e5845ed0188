import Testing
import ZeroMQMessaging

@testable import WireProtocol

/// Bulk data that is written to, and read from, its place in the message.
@Suite(.timeLimit(.minutes(1))) struct BulkDataTests {
    private struct FillError: Error {}

    private func chunk(_ count: Int) -> GradientChunk {
        GradientChunk(
            jobID: "job", generation: 3, sequence: 1 << 40, fromRank: 2, hop: 1, offset: 17, count: count,
            data: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    }

    @Test("data that is filled in gives the same bytes", arguments: [0, 1, 127, 128, 100_000])
    func filling(count: Int) throws {
        let whole = chunk(count)
        var header = whole
        header.data = MessageBytes()
        let bytes = try Envelope(requestID: "a", body: .gradientChunk(header)).encode(dataBytes: count) {
            data in
            #expect(data.byteCount == count)
            for index in 0..<count {
                data.storeBytes(
                    of: UInt8(truncatingIfNeeded: index &* 7), toByteOffset: index, as: UInt8.self)
            }
        }
        #expect(try bytes == Envelope(requestID: "a", body: .gradientChunk(whole)).encode())
    }

    @Test("no place for data, too much of it, and what the filling throws")
    func refusals() throws {
        let chunk = Envelope(body: .gradientChunk(GradientChunk()))
        #expect { try Envelope(body: .acknowledged(Acknowledged())).encode(dataBytes: 1) { _ in } } throws: {
            ($0 as? WireError)?.code == .unrepresentable
        }
        #expect { try chunk.encode(dataBytes: Envelope.maximumBytes) { _ in } } throws: {
            ($0 as? WireError)?.code == .tooLarge
        }
        #expect(throws: FillError.self) { try chunk.encode(dataBytes: 5) { _ in throw FillError() } }
    }

    @Test("data stays in the frame in which it came, and outlives the socket", arguments: [0, 5, 300_000])
    func frames(count: Int) async throws {
        let context = try MessagingContext()
        let arrived = Mailbox<ReceivedFrame>()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0") { frame in
            arrived.offer(frame)
            return true
        }
        let dealer = try await context.connectDealer(to: router.endpoint)
        try await dealer.send(Envelope(body: .gradientChunk(chunk(count))).encode())
        try await dealer.send([0xff])
        guard case .element(let frame) = await arrived.next(until: .now + .seconds(30)),
            case .element(let nonsense) = await arrived.next(until: .now + .seconds(30))
        else {
            Issue.record("nothing came")
            return
        }
        let envelope = try Envelope.decode(frame)
        await context.shutdown()
        #expect(envelope == Envelope(body: .gradientChunk(chunk(count))))
        guard case .gradientChunk(let decoded) = envelope.body else { return }
        #expect(decoded.data.count == count && decoded.data.array == chunk(count).data.array)
        #expect(try envelope.encode() == Envelope(body: .gradientChunk(chunk(count))).encode())
        #expect(throws: WireError.self) { try Envelope.decode(nonsense) }
    }
}
