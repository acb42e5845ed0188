import Synchronization

/// Counts the messages of one dealer between `send` and libzmq, and makes senders wait when there are many.
final class SendWindow: Sendable {
    private struct State {
        var messages = 0
        var bytes = 0
        var isClosed = false
        var waiters: [Mailbox<Void>] = []
    }

    private let state = Mutex(State())
    private let endpoint: String
    private let messageLimit: Int
    private let byteLimit: Int

    init(endpoint: String, messageLimit: Int, byteLimit: Int) {
        self.endpoint = endpoint
        self.messageLimit = messageLimit
        self.byteLimit = byteLimit
    }

    /// Waits for room and takes it.
    nonisolated(nonsending) func acquire(bytes: Int, deadline: ContinuousClock.Instant) async throws {
        while true {
            let waiter: Mailbox<Void>? = try state.withLock { state in
                if state.isClosed { throw MessagingError.closed(endpoint) }
                // One message always fits, however large.
                if state.messages == 0 || (state.messages < messageLimit && state.bytes + bytes <= byteLimit)
                {
                    state.messages += 1
                    state.bytes += bytes
                    return nil
                }
                let waiter = Mailbox<Void>()
                state.waiters.append(waiter)
                return waiter
            }
            guard let waiter else { return }
            switch await waiter.next(until: deadline) {
            case .element:
                continue
            case .timedOut:
                forget(waiter)
                throw MessagingError(
                    .queueFull,
                    "\(endpoint) takes no more messages: it is away, or slower than this sender",
                    endpoint: endpoint)
            case .finished:
                forget(waiter)
                try Task.checkCancellation()
            }
        }
    }

    /// Gives room back for a message that libzmq has taken, or that was dropped.
    func release(bytes: Int) {
        let waiters = state.withLock { state in
            state.messages -= 1
            state.bytes -= bytes
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.offer(()) }
    }

    /// Refuses all further messages.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    private func forget(_ waiter: Mailbox<Void>) {
        state.withLock { $0.waiters.removeAll { $0 === waiter } }
    }
}
