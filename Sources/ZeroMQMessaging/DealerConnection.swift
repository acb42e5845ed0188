/// A connection to one peer that lasts: it is made when something listens and made again when it breaks.
/// Messages on their way when it breaks are lost; who needs an answer asks again (see `RequestChannel`).
public final class DealerConnection: Sendable {
    /// Where it connects to.
    public let endpoint: String
    /// What the peer sends; for one consumer. Ends when the socket is closed.
    public let incoming: AsyncStream<[UInt8]>
    private let reactor: Reactor
    private let id: SocketID
    private let window: SendWindow

    init(reactor: Reactor, id: SocketID, endpoint: String, mailbox: Mailbox<[UInt8]>, window: SendWindow) {
        self.reactor = reactor
        self.id = id
        self.endpoint = endpoint
        self.window = window
        incoming = mailbox.stream
    }

    deinit {
        window.close()
        reactor.submit(.close(id, nil))
    }

    /// Queues a message for the peer. Suspends while as many wait as the options allow, as when the peer is
    /// away or slow.
    ///
    /// - Parameter deadline: until when to wait for room.
    /// - Throws: `MessagingError`: `.queueFull`, which names the endpoint, at the deadline; `.closed`.
    ///   `CancellationError` where the task was cancelled.
    public nonisolated(nonsending) func send(
        _ body: [UInt8], deadline: ContinuousClock.Instant = .now + .seconds(30)
    ) async throws {
        try await window.acquire(bytes: body.count, deadline: deadline)
        if !reactor.submit(.send(id, OutgoingMessage(identity: nil, body: body, continuation: nil))) {
            throw MessagingError.closed(endpoint)
        }
    }

    /// Closes the socket; messages that libzmq has queued linger for a moment, others are dropped.
    public func close() async {
        window.close()
        await reactor.close(id)
    }
}
