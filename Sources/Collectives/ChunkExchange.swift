import Synchronization
import WireProtocol
import ZeroMQMessaging

/// Brings incoming chunks to the links that wait for them. Works on the sockets' thread, so that a chunk reaches
/// its ring without a detour over another task.
final class ChunkExchange: Sendable {
    struct Ring: Hashable, Sendable {
        let jobID: String
        let generation: Int
    }

    /// Chunks that may wait for one link: far beyond what a ring's window permits.
    private static let limit = 16_384

    private let mailboxes = Mutex<[Ring: Mailbox<GradientChunk>]>([:])

    /// Opens a ring's mailbox; one that was open for the same ring is finished.
    func open(_ ring: Ring) -> Mailbox<GradientChunk> {
        let mailbox = Mailbox<GradientChunk>()
        mailboxes.withLock { $0.updateValue(mailbox, forKey: ring) }?.finish()
        return mailbox
    }

    func close(_ ring: Ring, _ mailbox: Mailbox<GradientChunk>) {
        mailboxes.withLock { if $0[ring] === mailbox { $0[ring] = nil } }
        mailbox.finish()
    }

    func closeAll() {
        let all = mailboxes.withLock { mailboxes in
            defer { mailboxes = [:] }
            return mailboxes
        }
        for mailbox in all.values { mailbox.finish() }
    }

    /// Takes a message that is a chunk; its data stays in libzmq's frame. Chunks of rings that are not open here are
    /// dropped: they are left over from a generation that has ended.
    ///
    /// - Returns: whether the message was a chunk.
    func take(_ message: ReceivedFrame) -> Bool {
        guard let envelope = try? Envelope.decode(message),
            case .gradientChunk(let chunk) = envelope.body
        else { return false }
        let ring = Ring(jobID: chunk.jobID, generation: chunk.generation)
        guard let mailbox = mailboxes.withLock({ $0[ring] }) else { return true }
        // A peer that floods this member breaks the ring's rules; so much for that ring.
        if mailbox.count >= Self.limit { close(ring, mailbox) } else { mailbox.offer(chunk) }
        return true
    }
}
