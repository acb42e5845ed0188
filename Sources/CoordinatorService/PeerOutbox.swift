import Logging
import Synchronization
import WireProtocol
import ZeroMQMessaging

/// Sends to each peer in order, and never lets a slow peer hold up another.
///
/// What cannot be sent is dropped: replies are asked for again, commands are repeated until acknowledged.
final class PeerOutbox: Sendable {
    /// Messages that may wait for one peer; beyond, new ones are dropped.
    static let maximumWaiting = 1024

    private let router: RouterEndpoint
    private let logger: Logger
    /// An entry stands for a task that is sending to that peer, with what waits behind it.
    private let waiting = Mutex<[[UInt8]: [[UInt8]]]>([:])

    init(router: RouterEndpoint, logger: Logger) {
        self.router = router
        self.logger = logger
    }

    /// Queues an envelope. One that cannot be encoded becomes a refusal of its request.
    func send(_ envelope: Envelope, to identity: [UInt8]) {
        let bytes: [UInt8]
        do {
            bytes = try envelope.encode()
        } catch {
            logger.error("A message could not be encoded", metadata: ["error": "\(error)"])
            let refusal = Refusal(code: "unencodable", message: "The answer could not be encoded: \(error)")
            guard let fallback = try? envelope.reply(.refusal(refusal)).encode() else { return }
            bytes = fallback
        }
        let starts = waiting.withLock { waiting in
            guard let queue = waiting[identity] else {
                waiting[identity] = []
                return true
            }
            if queue.count < Self.maximumWaiting { waiting[identity]?.append(bytes) }
            return false
        }
        if starts { Task { await drain(identity, from: bytes) } }
    }

    private func drain(_ identity: [UInt8], from first: [UInt8]) async {
        var next: [UInt8]? = first
        while let bytes = next {
            do {
                try await router.send(bytes, to: identity)
            } catch {
                logger.debug("A message was not sent", metadata: ["error": "\(error)"])
            }
            next = waiting.withLock { waiting in
                guard let queue = waiting[identity], !queue.isEmpty else {
                    waiting[identity] = nil
                    return nil
                }
                return waiting[identity]?.removeFirst()
            }
        }
    }
}
