import Logging
import Synchronization
import WireProtocol
import ZeroMQMessaging

/// One generation of one job.
struct Generation: Sendable, Hashable {
    var jobID: String
    var number: Int
}

/// Where other workers reach this one: answers their greetings and sorts gradient chunks to the ring that they
/// belong to.
final class PeerEndpoint: Sendable {
    /// Chunks by the generation that waits for them; those of any other are dropped.
    final class ChunkSorter: Sendable {
        private let mailboxes = Mutex<[Generation: Mailbox<GradientChunk>]>([:])

        func open(_ generation: Generation) -> Mailbox<GradientChunk> {
            mailboxes.withLock { mailboxes in
                if let mailbox = mailboxes[generation] { return mailbox }
                let mailbox = Mailbox<GradientChunk>()
                mailboxes[generation] = mailbox
                return mailbox
            }
        }

        func close(_ generation: Generation) {
            mailboxes.withLock { $0.removeValue(forKey: generation) }?.finish()
        }

        func deliver(_ chunk: GradientChunk) {
            let generation = Generation(jobID: chunk.jobID, number: chunk.generation)
            mailboxes.withLock { $0[generation] }?.offer(chunk)
        }
    }

    let sorter: ChunkSorter
    private let router: RouterEndpoint
    private let workerID: String
    private let logger: Logger

    /// Where it listens, with the port that the system chose.
    var boundEndpoint: String { router.endpoint }

    init(context: MessagingContext, listen endpoint: String, workerID: String, logger: Logger) async throws {
        let sorter = ChunkSorter()
        self.sorter = sorter
        self.workerID = workerID
        self.logger = logger
        // Chunks are sorted on the sockets' thread: each stands on the critical path of a step.
        router = try await context.bindRouter(to: endpoint) { message in
            guard case .gradientChunk(let chunk)? = try? Envelope.decode(message.body).body else {
                return false
            }
            sorter.deliver(chunk)
            return true
        }
    }

    /// Answers greetings until the socket is closed.
    func run() async {
        for await message in router.incoming {
            do {
                let envelope = try Envelope.decode(message.body)
                let reply: WireBody =
                    if case .peerHello = envelope.body {
                        .peerHelloReply(PeerHelloReply(workerID: workerID))
                    } else {
                        .refusal(Refusal(code: "unexpected", message: "a worker answers greetings only"))
                    }
                try await router.send(try envelope.reply(reply).encode(), to: message.identity)
            } catch let error as WireError {
                if let bytes = try? Envelope.refusal(of: error).encode() {
                    try? await router.send(bytes, to: message.identity)
                }
            } catch {
                logger.debug("a peer's greeting could not be answered: \(error)")
            }
        }
    }

    func close() async { await router.close() }
}
