import Synchronization
import WireProtocol
import ZeroMQMessaging

/// Where other workers reach this one: answers greetings and hands chunks to the ring that they belong to.
///
/// A worker has one for its whole life and tells the coordinator its endpoint; each generation of a job has a
/// `ZeroMQPeerLink` of its own.
public final class PeerListener: Sendable {
    /// Where it listens, with the real port.
    public var endpoint: String { router.endpoint }
    let workerID: String
    let exchange: ChunkExchange
    private let router: RouterEndpoint
    private let questions: PeerQuestions
    private let greeter: Task<Void, Never>

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - endpoint: `tcp://address:port`; port 0 for any.
    ///   - workerID: what greetings are answered with.
    ///   - answering: what to answer to other questions, one at a time; `nil` for those that get no answer. It may
    ///     take its time: greetings do not wait for it.
    /// - Throws: `MessagingError` where the endpoint cannot be had.
    public static func bind(
        to endpoint: String, workerID: String, context: MessagingContext,
        options: SocketOptions = SocketOptions(),
        answering: @escaping @Sendable (WireBody) async -> WireBody? = { _ in nil }
    ) async throws -> PeerListener {
        let exchange = ChunkExchange()
        let router = try await context.bindRouter(to: endpoint, options: options) { message in
            exchange.take(message)
        }
        MessageMemory.keepFreed()
        return PeerListener(
            workerID: workerID, exchange: exchange, router: router,
            questions: PeerQuestions(router: router, answering: answering))
    }

    private init(
        workerID: String, exchange: ChunkExchange, router: RouterEndpoint, questions: PeerQuestions
    ) {
        self.workerID = workerID
        self.exchange = exchange
        self.router = router
        self.questions = questions
        greeter = Task {
            for await message in router.incoming {
                await Self.answer(message, workerID: workerID, router: router, questions: questions)
            }
        }
    }

    deinit {
        greeter.cancel()
    }

    /// Stops listening; links that receive through it are closed.
    public func close() async {
        greeter.cancel()
        questions.close()
        exchange.closeAll()
        await router.close()
    }

    private static func answer(
        _ message: RouterMessage, workerID: String, router: RouterEndpoint, questions: PeerQuestions
    ) async {
        let reply: Envelope
        do {
            let envelope = try Envelope.decode(message.body)
            guard case .peerHello = envelope.body else {
                questions.take(envelope, from: message.identity)
                return
            }
            reply = envelope.reply(.peerHelloReply(PeerHelloReply(workerID: workerID)))
        } catch let error as WireError {
            reply = Envelope.refusal(of: error)
        } catch {
            return
        }
        // Whoever has gone meanwhile needs no answer.
        if let bytes = try? reply.encode() { try? await router.send(bytes, to: message.identity) }
    }
}
