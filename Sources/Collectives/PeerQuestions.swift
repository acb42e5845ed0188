import WireProtocol
import ZeroMQMessaging

/// Questions of peers that take time to answer, one after the other and apart from greetings: whoever greets wants
/// to know at once whether this worker lives.
final class PeerQuestions: Sendable {
    /// Questions that may wait; beyond, new ones are dropped, and asked again by whoever wants an answer.
    private static let limit = 64

    private struct Question: Sendable {
        let envelope: Envelope
        let identity: [UInt8]
    }

    private let waiting: AsyncStream<Question>.Continuation
    private let worker: Task<Void, Never>

    init(router: RouterEndpoint, answering: @escaping @Sendable (WireBody) async -> WireBody?) {
        let (questions, waiting) = AsyncStream.makeStream(
            of: Question.self, bufferingPolicy: .bufferingOldest(Self.limit))
        self.waiting = waiting
        worker = Task {
            for await question in questions {
                guard let answer = await answering(question.envelope.body),
                    let bytes = try? question.envelope.reply(answer).encode()
                else { continue }
                // Whoever has gone meanwhile needs no answer.
                try? await router.send(bytes, to: question.identity)
            }
        }
    }

    deinit { close() }

    func take(_ envelope: Envelope, from identity: [UInt8]) {
        // Without an id nobody waits for the answer.
        guard !envelope.requestID.isEmpty else { return }
        waiting.yield(Question(envelope: envelope, identity: identity))
    }

    func close() {
        waiting.finish()
        worker.cancel()
    }
}
